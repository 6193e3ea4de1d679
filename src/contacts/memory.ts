import { invalidField, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { PageOf } from "../base/page.ts";
import { cleanText } from "../base/text.ts";
import type { TenantTx } from "../db/index.ts";
import { announce, type Core } from "../engine/index.ts";
import { type Origin, recordDifference } from "../workspaces/index.ts";
import type { Contact, Fact, MemorySource } from "./contact.ts";
import { deleteFact, type FactPage, lockFact, selectFacts, updateFact, upsertFact } from "./memory-store.ts";
import { selectContact } from "./store.ts";

export interface RememberedFact {
  readonly contactId: string;
  readonly text: string;
  /** A fact with the same key is replaced. */
  readonly key?: string | undefined;
  /** JSON */
  readonly value?: unknown;
  readonly expiresInDays?: number | undefined;
  readonly source: MemorySource;
  readonly executionId?: string | undefined;
}

/** Puts a fact into a contact's memory and answers its id. Throws 404 if the contact is gone. */
export async function rememberFact(tx: TenantTx, fact: RememberedFact): Promise<string> {
  requireFound(await selectContact(tx, { id: fact.contactId }), "contact");
  const { id } = await upsertFact(tx, {
    id: newId(),
    contactId: fact.contactId,
    // Facts come from models as well, which send characters that PostgreSQL refuses.
    text: cleanText(fact.text),
    key: fact.key === undefined ? null : cleanText(fact.key),
    value: fact.value,
    expires: fact.expiresInDays === undefined ? null : { inDays: fact.expiresInDays },
    source: fact.source,
    executionId: fact.executionId ?? null,
  });
  announce(tx, { kind: "contact", id: fact.contactId });
  return id;
}

/** What people and programs put into a contact's memory. */
export interface FactFields {
  readonly text: string;
  readonly key?: string | undefined;
  /** JSON */
  readonly value?: unknown;
  readonly expiresAt?: Date | null | undefined;
}

/** Puts a fact into a contact's memory; one with the same key is replaced. Throws 404, 422 at `expiresAt`. */
export async function createFact(
  core: Core,
  tx: TenantTx,
  contactId: string,
  fields: FactFields,
  origin: Origin,
): Promise<Fact> {
  requireFound(await selectContact(tx, { id: contactId }), "contact");
  const { text, key = null, value, expiresAt = null } = fields;
  checkExpiry(core, expiresAt);
  const fact = await upsertFact(tx, {
    id: newId(),
    contactId,
    text,
    key,
    value,
    expires: expiresAt === null ? null : { at: expiresAt },
    source: sourceOf(origin),
    executionId: null,
  });
  announce(tx, { kind: "contact", id: contactId });
  await record(tx, origin, "contact_memory.create", undefined, fact);
  return fact;
}

/** Changes a fact; its key stays. Throws 404, also if it has expired, and 422 at `expiresAt`. */
export async function changeFact(
  core: Core,
  tx: TenantTx,
  of: { readonly contactId: string; readonly id: string },
  change: { readonly [K in "text" | "value" | "expiresAt"]?: FactFields[K] | undefined },
  origin: Origin,
): Promise<Fact> {
  const before = requireFound(await lockFact(tx, of.contactId, of.id), "memory");
  checkExpiry(core, change.expiresAt ?? null);
  const after = await updateFact(tx, of.id, { ...change, source: sourceOf(origin) });
  announce(tx, { kind: "contact", id: of.contactId });
  await record(tx, origin, "contact_memory.update", before, after);
  return after;
}

/** Takes a fact out of a contact's memory. Throws 404. */
export async function forgetFact(
  tx: TenantTx,
  of: { readonly contactId: string; readonly id: string },
  origin: Origin,
): Promise<void> {
  const fact = requireFound(await lockFact(tx, of.contactId, of.id), "memory");
  await deleteFact(tx, of.id);
  announce(tx, { kind: "contact", id: of.contactId });
  await record(tx, origin, "contact_memory.delete", fact, undefined);
}

function sourceOf({ caller }: Origin): MemorySource {
  return caller?.kind === "member" ? "member" : "api";
}

function checkExpiry(core: Core, expiresAt: Date | null): void {
  if (expiresAt !== null && expiresAt <= core.clock.now())
    throw invalidField("expiresAt", "in_past", "must be in the future; delete the fact to be rid of it");
}

function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Fact | undefined,
  after: Fact | undefined,
): Promise<void> {
  const fields = ["key", "value", "text", "source", "expiresAt"] as const;
  return recordDifference(tx, { ...origin, action, kind: "memory", before, after, fields });
}

/** A page of what is remembered of a contact and has not expired, newest first. Throws 404. */
export async function listFacts(tx: TenantTx, contactId: string, page: FactPage): Promise<PageOf<Fact>> {
  requireFound(await selectContact(tx, { id: contactId }), "contact");
  return selectFacts(tx, contactId, page);
}

/** What an agent is told about a contact. */
export interface ContactForAgent
  extends Pick<Contact, "id" | "name" | "email" | "phone" | "timezone" | "language" | "attributes" | "tags"> {
  readonly externalId: string | null;
  readonly optedOut: boolean;
  /** Unexpired facts, newest first. */
  readonly memory: readonly Pick<Fact, "key" | "value" | "text">[];
}

/** More than this does not help a model, and a page of 100 keeps the query the one of the API. */
const factsForAgent = 100;

/** The contact with its memory, plain JSON; undefined if there is no such contact. */
export async function loadContactForAgent(tx: TenantTx, id: string): Promise<ContactForAgent | undefined> {
  const [contact, facts] = await Promise.all([
    selectContact(tx, { id }),
    selectFacts(tx, id, { limit: factsForAgent }),
  ]);
  if (contact === undefined) return undefined;
  const { name, email, phone, timezone, language, attributes, tags, externalId } = contact;
  return {
    id,
    name,
    email,
    phone,
    timezone,
    language,
    attributes,
    tags,
    externalId,
    optedOut: contact.optedOutAt !== null,
    memory: facts.items.map(({ key, value, text }) => ({ key, value, text })),
  };
}
