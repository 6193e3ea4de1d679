import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";

/** Runs before a contact is deleted, in the same transaction: ends what is under way for it. */
export type ContactDeleted = (tx: TenantTx, contactId: string) => Promise<void>;

export const contactDeleted = extensionPoint<ContactDeleted>("contacts.deleted");
