import { externalIdTaken, invalidField, notFound, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import { isSmallEnough } from "../base/schemas.ts";
import { type TenantTx, uniqueViolation } from "../db/index.ts";
import { announce, type Core } from "../engine/index.ts";
import { type Origin, recordChange, recordDifference } from "../workspaces/index.ts";
import type { Attributes, Contact, ContactFields, Identity } from "./contact.ts";
import { contactChanged, contactDeleted } from "./extension-points.ts";
import { mergeAttributes } from "./rules.ts";
import {
  type ContactQuery,
  clearDemo,
  deleteContactRow,
  insertContact,
  insertContactUnlessKnown,
  insertIdentity,
  selectContact,
  selectContacts,
  selectContactsById,
  selectIdentities,
  updateContactRow,
  updateLastActivity,
  updateOptOut,
} from "./store.ts";

/**
 * Who changes a contact. What the contact itself does is no entry of the audit log, and an import makes one for all of
 * its contacts.
 */
export type ContactOrigin = Origin | "contact" | "import";

/** Makes a contact. Throws 409 at `externalId` if another contact has it. */
export async function createContact(
  core: Core,
  tx: TenantTx,
  fields: ContactFields & { readonly demo?: boolean },
  origin: ContactOrigin,
): Promise<Contact> {
  const { demo = false, attributes = {}, ...plain } = fields;
  const contact = await insertContact(tx, {
    ...plain,
    attributes: mergeAttributes({}, attributes),
    id: newId(),
    demo,
  }).catch(throwIfTaken);
  await tellOfChange(core, tx, { action: "contact.create", before: undefined, after: contact, origin });
  return contact;
}

/** Undefined if there is no such contact in the workspace. */
export function getContact(tx: TenantTx, id: string): Promise<Contact | undefined> {
  return selectContact(tx, { id });
}

/** Several contacts, in order of id; ids that do not exist are left out. */
export function getContacts(tx: TenantTx, ids: readonly string[]): Promise<readonly Contact[]> {
  return selectContactsById(tx, ids);
}

/** Contacts, newest first. */
export function listContacts(tx: TenantTx, query: ContactQuery, page: Page): Promise<PageOf<Contact>> {
  return selectContacts(tx, query, page);
}

/** Changes the fields given. Attributes are merged, everything else is replaced. Throws 404 and 409. */
export async function updateContact(
  core: Core,
  tx: TenantTx,
  id: string,
  change: ContactFields,
  origin: ContactOrigin,
): Promise<Contact> {
  const before = requireFound(await selectContact(tx, { id }, "for update"), "contact");
  return changeLocked(core, tx, before, change, origin);
}

/** Changes the fields given of a contact that is locked. Throws 409 at `externalId`, 422 at `attributes`. */
export async function changeLocked(
  core: Core,
  tx: TenantTx,
  before: Contact,
  change: ContactFields,
  origin: ContactOrigin,
): Promise<Contact> {
  const { attributes, ...fields } = change;
  const merged = attributes === undefined ? {} : { attributes: mergeWithin(before.attributes, attributes) };
  const after = requireFound(
    await updateContactRow(tx, before.id, { ...fields, ...merged }).catch(throwIfTaken),
    "contact",
  );
  await tellOfChange(core, tx, { action: "contact.update", before, after, origin });
  return after;
}

/** Each change by itself is within the limit, many of them together may not be. Throws 422. */
function mergeWithin(current: Attributes, change: Attributes): Attributes {
  const merged = mergeAttributes(current, change);
  if (isSmallEnough(merged)) return merged;
  const message =
    "must be at most 16 kB of JSON together with the attributes that are there; null removes one";
  throw invalidField("attributes", "too_large", message);
}

/**
 * Makes the contact with this externalId, or changes the fields given if there is one; several at once make one
 * contact. `made` tells which it was.
 */
export async function putContact(
  core: Core,
  tx: TenantTx,
  externalId: string,
  fields: ContactFields,
  origin: ContactOrigin,
): Promise<{ readonly contact: Contact; readonly made: boolean }> {
  const { made, known } = await insertOrLock(core, tx, { ...fields, externalId }, origin);
  if (made !== undefined) return { contact: made, made: true };
  return { contact: await changeLocked(core, tx, known, fields, origin), made: false };
}

/**
 * The contact with this externalId, made if there is none. `fields` fills in only what the contact does not have yet:
 * the caller has proved who the contact is, not that the rest is right.
 */
export async function ensureContact(
  core: Core,
  tx: TenantTx,
  fields: {
    readonly externalId: string;
    readonly name?: string | undefined;
    readonly email?: string | undefined;
  },
): Promise<Contact> {
  const { made, known } = await insertOrLock(core, tx, fields, "contact");
  if (made !== undefined) return made;
  const { name, email } = fields;
  const missing = {
    ...(known.name === null && name !== undefined ? { name } : {}),
    ...(known.email === null && email !== undefined ? { email } : {}),
  };
  if (Object.keys(missing).length === 0) return known;
  return changeLocked(core, tx, known, missing, "contact");
}

/** Rounds of inserting and looking; each further one needs yet another transaction to make and delete the contact. */
const rounds = 10;

/** The contact that was made, or else the one that has the externalId, locked. Waits for one that is just being made. */
async function insertOrLock(
  core: Core,
  tx: TenantTx,
  fields: ContactFields & { readonly externalId: string },
  origin: ContactOrigin,
): Promise<
  | { readonly made: Contact; readonly known?: undefined }
  | { readonly made?: undefined; readonly known: Contact }
> {
  const attributes = mergeAttributes({}, fields.attributes ?? {});
  for (let round = 1; round <= rounds; round += 1) {
    const made = await insertContactUnlessKnown(tx, { ...fields, attributes, id: newId() });
    if (made !== undefined) {
      await tellOfChange(core, tx, { action: "contact.create", before: undefined, after: made, origin });
      return { made };
    }
    const known = await selectContact(tx, { externalId: fields.externalId }, "for update");
    if (known !== undefined) return { known };
  }
  throw new Error("a contact could not be made or found: others make and delete it all the time");
}

/** Makes a demo's contact one's own: it is no longer labelled as demo. Throws 404. */
export async function adoptContact(tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const before = requireFound(await selectContact(tx, { id }, "for update"), "contact");
  const after = requireFound(await clearDemo(tx, id), "contact");
  const fields = ["demo"] as const;
  await recordDifference(tx, { ...origin, action: "contact.update", kind: "contact", before, after, fields });
}

/** Deletes a contact with its conversations and memory, after what is under way for it was ended. Throws 404. */
export async function deleteContact(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  requireFound(await selectContact(tx, { id }), "contact");
  for (const end of core.extensions.of(contactDeleted)) await end(tx, id);
  // Not locked before: what is under way for it is locked first, and a message takes them in that order too.
  if (!(await deleteContactRow(tx, id))) throw notFound("contact");
  // Without its fields: what is known of a person does not outlive the deletion here.
  await recordChange(tx, { ...origin, action: "contact.delete", target: { kind: "contact", id } });
}

/** The contact wants no messages; `reason` is a code such as `keyword` or `api`. Twice is once. Throws 404. */
export function optOut(
  core: Core,
  tx: TenantTx,
  id: string,
  reason: string,
  origin: ContactOrigin,
): Promise<Contact> {
  return changeOptOut(core, tx, { id, reason, action: "contact.opt_out", origin });
}

/** Ends an opt-out. Throws 404. */
export function optIn(core: Core, tx: TenantTx, id: string, origin: ContactOrigin): Promise<Contact> {
  return changeOptOut(core, tx, { id, reason: null, action: "contact.opt_in", origin });
}

async function changeOptOut(
  core: Core,
  tx: TenantTx,
  change: {
    readonly id: string;
    readonly reason: string | null;
    readonly action: string;
    readonly origin: ContactOrigin;
  },
): Promise<Contact> {
  const { id, reason, action, origin } = change;
  const before = requireFound(await selectContact(tx, { id }, "for update"), "contact");
  const after = requireFound(await updateOptOut(tx, id, reason), "contact");
  await tellOfChange(core, tx, { action, before, after, origin });
  return after;
}

/** A message came from the contact or went out to it. */
export function noteActivity(tx: TenantTx, id: string): Promise<void> {
  announce(tx, { kind: "contact", id });
  return updateLastActivity(tx, id);
}

/** Notes an address of a contact on a platform. An address that another contact has is left where it is. */
export async function addIdentity(tx: TenantTx, identity: Identity): Promise<void> {
  await insertIdentity(tx, { ...identity, id: newId() });
  announce(tx, { kind: "contact", id: identity.contactId });
}

/** The addresses of all these contacts. */
export function listIdentities(tx: TenantTx, contactIds: readonly string[]): Promise<readonly Identity[]> {
  return selectIdentities(tx, contactIds);
}

function throwIfTaken(error: unknown): never {
  throw uniqueViolation(error) === "contacts_external_id" ? externalIdTaken("contact") : error;
}

const audited = [
  "name",
  "email",
  "phone",
  "timezone",
  "language",
  "attributes",
  "tags",
  "externalId",
  "meta",
  "optedOutAt",
  "optedOutReason",
] as const satisfies readonly (keyof Contact)[];

async function tellOfChange(
  core: Core,
  tx: TenantTx,
  change: {
    readonly action: string;
    readonly before: Contact | undefined;
    readonly after: Contact;
    readonly origin: ContactOrigin;
  },
): Promise<void> {
  const { action, before, after, origin } = change;
  announce(tx, { kind: "contact", id: after.id });
  for (const handle of core.extensions.of(contactChanged)) await handle(tx, before, after);
  if (typeof origin !== "string")
    await recordDifference(tx, { ...origin, action, kind: "contact", before, after, fields: audited });
}
