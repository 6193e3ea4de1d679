import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";
import type { Contact } from "./contact.ts";

/** Runs before a contact is deleted, in the same transaction: ends what is under way for it. */
export type ContactDeleted = (tx: TenantTx, contactId: string) => Promise<void>;

export const contactDeleted = extensionPoint<ContactDeleted>("contacts.deleted");

/**
 * Runs after a contact was made (`before` undefined) or changed, in the same transaction and with the contact's row
 * locked: lock no conversation in it. Not called for a new `lastActivityAt` alone, nor for memory.
 */
export type ContactChanged = (tx: TenantTx, before: Contact | undefined, after: Contact) => Promise<void>;

export const contactChanged = extensionPoint<ContactChanged>("contacts.changed");
