import { externalIdTaken, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import { type TenantTx, uniqueViolation } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import type { Contact, ContactFields, Identity } from "./contact.ts";
import { contactDeleted } from "./extension-points.ts";
import { mergeAttributes } from "./rules.ts";
import {
  type ContactFilter,
  deleteContactRow,
  insertContact,
  insertContactUnlessKnown,
  insertIdentity,
  selectContact,
  selectContacts,
  selectIdentities,
  updateContactRow,
  updateOptOut,
} from "./store.ts";

/** Makes a contact. Throws 409 at `externalId` if another contact has it. */
export async function createContact(
  tx: TenantTx,
  contact: ContactFields & { readonly demo?: boolean },
): Promise<Contact> {
  const { demo = false, attributes = {}, ...fields } = contact;
  return insertContact(tx, {
    ...fields,
    attributes: mergeAttributes({}, attributes),
    id: newId(),
    demo,
  }).catch(throwIfTaken);
}

/** Undefined if there is no such contact in the workspace. */
export function getContact(tx: TenantTx, id: string): Promise<Contact | undefined> {
  return selectContact(tx, { id });
}

export function listContacts(tx: TenantTx, filter: ContactFilter, page: Page): Promise<PageOf<Contact>> {
  return selectContacts(tx, filter, page);
}

/** Contact before and after the change. Attributes are merged, everything else is replaced. Throws 404 and 409. */
export async function updateContact(
  tx: TenantTx,
  id: string,
  change: ContactFields,
): Promise<{ readonly before: Contact; readonly after: Contact }> {
  const before = requireFound(await selectContact(tx, { id }, "for update"), "contact");
  const { attributes, ...fields } = change;
  const merged =
    attributes === undefined ? {} : { attributes: mergeAttributes(before.attributes, attributes) };
  const after = requireFound(
    await updateContactRow(tx, id, { ...fields, ...merged }).catch(throwIfTaken),
    "contact",
  );
  return { before, after };
}

/** Deletes a contact with its conversations and memory, after what is under way for it was ended. Throws 404. */
export async function deleteContact(core: Core, tx: TenantTx, id: string): Promise<void> {
  requireFound(await selectContact(tx, { id }), "contact");
  for (const end of core.extensions.of(contactDeleted)) await end(tx, id);
  await deleteContactRow(tx, id);
}

/**
 * The contact with this externalId, made if there is none. `known` fills in only what the contact does not have yet:
 * the caller has proved who the contact is, not that the rest is right.
 */
export async function ensureContact(
  tx: TenantTx,
  known: {
    readonly externalId: string;
    readonly name?: string | undefined;
    readonly email?: string | undefined;
  },
): Promise<Contact> {
  const made = await insertContactUnlessKnown(tx, { ...known, id: newId() });
  if (made !== undefined) return made;
  const contact = requireFound(
    await selectContact(tx, { externalId: known.externalId }, "for update"),
    "contact",
  );
  const missing = {
    ...(contact.name === null && known.name !== undefined ? { name: known.name } : {}),
    ...(contact.email === null && known.email !== undefined ? { email: known.email } : {}),
  };
  if (Object.keys(missing).length === 0) return contact;
  return (await updateContactRow(tx, contact.id, missing)) ?? contact;
}

/** The contact wants no messages; `reason` is a code such as `keyword` or `api`. Twice is once. Throws 404. */
export async function optOut(tx: TenantTx, id: string, reason: string): Promise<Contact> {
  const contact = requireFound(await updateOptOut(tx, id, reason), "contact");
  return contact;
}

/** Ends an opt-out. Throws 404. */
export async function optIn(tx: TenantTx, id: string): Promise<Contact> {
  const contact = requireFound(await updateOptOut(tx, id, null), "contact");
  return contact;
}

/** Notes an address of a contact on a platform. An address that another contact has is left where it is. */
export async function addIdentity(tx: TenantTx, identity: Identity): Promise<void> {
  await insertIdentity(tx, { ...identity, id: newId() });
}

export function listIdentities(tx: TenantTx, contactIds: readonly string[]): Promise<readonly Identity[]> {
  return selectIdentities(tx, contactIds);
}

function throwIfTaken(error: unknown): never {
  throw uniqueViolation(error) === "contacts_external_id" ? externalIdTaken("contact") : error;
}
