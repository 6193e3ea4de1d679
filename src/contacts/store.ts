import { sql } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { toStorableJson } from "../base/text.ts";
import type { TenantTx } from "../db/index.ts";
import type { Attributes, Contact, ContactFields, Identity } from "./contact.ts";

const columns = [
  "id",
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
  "demo",
  "createdAt",
  "updatedAt",
] as const;

/** A row as read; `attributes` and `meta` are only ever written as objects. */
type ContactRow = Omit<Contact, "attributes" | "meta"> & {
  readonly attributes: unknown;
  readonly meta: unknown;
};

function toContact(row: ContactRow): Contact {
  return { ...row, attributes: row.attributes as Attributes, meta: row.meta as Attributes };
}

function toColumns(fields: ContactFields) {
  const { attributes, meta, tags, ...plain } = fields;
  return {
    ...plain,
    ...(tags === undefined ? {} : { tags: [...tags] }),
    ...(attributes === undefined ? {} : { attributes: toStorableJson(attributes) }),
    ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
  };
}

export interface ContactFilter {
  readonly tag?: string | undefined;
  /** Compared without regard to case. */
  readonly email?: string | undefined;
  readonly externalId?: string | undefined;
  readonly optedOut?: boolean | undefined;
  readonly demo?: boolean | undefined;
}

export async function insertContact(
  tx: TenantTx,
  contact: ContactFields & { readonly id: string; readonly demo: boolean },
): Promise<Contact> {
  const { id, demo, ...fields } = contact;
  const row = await tx.db
    .insertInto("contacts")
    .values({ workspaceId: tx.workspaceId, id, demo, ...toColumns(fields) })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toContact(row);
}

/** Undefined if the externalId is taken; waits for a transaction that is just inserting it. */
export async function insertContactUnlessKnown(
  tx: TenantTx,
  contact: ContactFields & { readonly id: string; readonly externalId: string },
): Promise<Contact | undefined> {
  const { id, ...fields } = contact;
  const row = await tx.db
    .insertInto("contacts")
    .values({ workspaceId: tx.workspaceId, id, ...toColumns(fields) })
    .onConflict((conflict) =>
      conflict.columns(["workspaceId", "externalId"]).where("externalId", "is not", null).doNothing(),
    )
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toContact(row);
}

export async function selectContact(
  tx: TenantTx,
  by: { readonly id: string } | { readonly externalId: string },
  lock?: "for update",
): Promise<Contact | undefined> {
  let query = tx.db.selectFrom("contacts").select(columns).where("workspaceId", "=", tx.workspaceId);
  query = "id" in by ? query.where("id", "=", by.id) : query.where("externalId", "=", by.externalId);
  if (lock !== undefined) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toContact(row);
}

export async function selectContacts(
  tx: TenantTx,
  filter: ContactFilter,
  page: Page,
): Promise<PageOf<Contact>> {
  let query = tx.db
    .selectFrom("contacts")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const { tag, email, externalId, optedOut, demo } = filter;
  const before = pageStart(page);
  if (before !== undefined) query = query.where("id", "<", before);
  if (tag !== undefined) query = query.where(sql<boolean>`${tag} = any(tags)`);
  if (email !== undefined) query = query.where("emailKey", "=", email.toLowerCase());
  if (externalId !== undefined) query = query.where("externalId", "=", externalId);
  if (demo !== undefined) query = query.where("demo", "=", demo);
  if (optedOut !== undefined) query = query.where("optedOutAt", optedOut ? "is not" : "is", null);
  return pageFrom((await query.execute()).map(toContact), page.limit);
}

export async function updateContactRow(
  tx: TenantTx,
  id: string,
  fields: ContactFields,
): Promise<Contact | undefined> {
  const row = await tx.db
    .updateTable("contacts")
    .set({ ...toColumns(fields), updatedAt: sql<Date>`now()` })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toContact(row);
}

/** Sets or, with a null reason, clears the opt-out. An opt-out that stands keeps its time and reason. */
export async function updateOptOut(
  tx: TenantTx,
  id: string,
  reason: string | null,
): Promise<Contact | undefined> {
  const row = await tx.db
    .updateTable("contacts")
    .set({
      optedOutAt: reason === null ? null : sql<Date>`coalesce(opted_out_at, clock_timestamp())`,
      optedOutReason: reason === null ? null : sql<string>`coalesce(opted_out_reason, ${reason})`,
      updatedAt: sql<Date>`now()`,
    })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toContact(row);
}

export async function deleteContactRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom("contacts").where("workspaceId", "=", tx.workspaceId).where("id", "=", id).execute();
}

/** An address that another contact has stays with that contact. */
export async function insertIdentity(
  tx: TenantTx,
  identity: Identity & { readonly id: string },
): Promise<void> {
  await tx.db
    .insertInto("contactIdentities")
    .values({ workspaceId: tx.workspaceId, ...identity })
    .onConflict((conflict) => conflict.columns(["workspaceId", "platform", "address"]).doNothing())
    .execute();
}

export async function selectIdentities(
  tx: TenantTx,
  contactIds: readonly string[],
): Promise<readonly Identity[]> {
  if (contactIds.length === 0) return [];
  return tx.db
    .selectFrom("contactIdentities")
    .select(["contactId", "platform", "address"])
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "in", contactIds)
    .orderBy("id")
    .execute();
}
