import { requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import { cleanText } from "../base/text.ts";
import type { TenantTx } from "../db/index.ts";
import type { Contact, Fact, MemorySource } from "./contact.ts";
import { selectFacts, upsertFact } from "./memory-store.ts";
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
  return upsertFact(tx, {
    id: newId(),
    contactId: fact.contactId,
    // Facts come from models as well, which send characters that PostgreSQL refuses.
    text: cleanText(fact.text),
    key: fact.key === undefined ? null : cleanText(fact.key),
    value: fact.value,
    expiresInDays: fact.expiresInDays ?? null,
    source: fact.source,
    executionId: fact.executionId ?? null,
  });
}

/** A page of what is remembered of a contact and has not expired, newest first. Throws 404. */
export async function listFacts(tx: TenantTx, contactId: string, page: Page): Promise<PageOf<Fact>> {
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
  const contact = await selectContact(tx, { id });
  if (contact === undefined) return undefined;
  const facts = await selectFacts(tx, id, { limit: factsForAgent });
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
