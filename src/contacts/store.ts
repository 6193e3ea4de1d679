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
  "lastActivityAt",
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

/** What a list of contacts can be asked for. */
export interface ContactQuery {
  /** UUIDs. With them, nothing else is looked at. */
  readonly ids?: readonly string[] | undefined;
  /** Part of the name, e-mail address, phone number or externalId, in any case. */
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  /** Compared without regard to case. */
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly language?: string | undefined;
  readonly externalId?: string | undefined;
  readonly optedOut?: boolean | undefined;
  /** ISO 8601 */
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
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

/** Undefined if another contact has the externalId; waits for a transaction that is just inserting it. */
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

/** Contacts by id, in order of id; ids that do not exist are left out. */
export async function selectContactsById(
  tx: TenantTx,
  ids: readonly string[],
  lock?: "for update",
): Promise<readonly Contact[]> {
  if (ids.length === 0) return [];
  const query = tx.db
    .selectFrom("contacts")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .orderBy("id");
  const rows = await (lock === undefined ? query : query.forNoKeyUpdate()).execute();
  return rows.map(toContact);
}

/** Contacts that match, newest first. */
export async function selectContacts(
  tx: TenantTx,
  query: ContactQuery,
  page: Page,
): Promise<PageOf<Contact>> {
  const before = pageStart(page);
  let select = tx.db
    .selectFrom("contacts")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc");
  if (query.ids === undefined) select = select.where("id", "=", findIds(query, before, page.limit + 1));
  else select = select.where("id", "=", sql<string>`any (${query.ids}::uuid[])`).limit(page.limit + 1);
  if (before !== undefined) select = select.where("id", "<", before);
  return pageFrom((await select.execute()).map(toContact), page.limit);
}

/** As an array: of a set of unknown size the planner may make a join that reads all contacts. */
function findIds(query: ContactQuery, before: string | undefined, most: number) {
  const conditions = JSON.stringify(toConditions(query));
  return sql<string>`any (array(select find_contacts(${conditions}::jsonb, ${before ?? null}::uuid, true, ${most})))`;
}

/** The query in the words of `contact_condition`. */
function toConditions({ ids: _, q, email, phone, language, externalId, ...plain }: ContactQuery): object {
  const fields = Object.entries({ email, phone, language, externalId });
  const asked = fields.filter(([, equals]) => equals !== undefined);
  return { ...plain, search: q, all: asked.map(([name, equals]) => ({ field: { name, equals } })) };
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

/** Takes the label of the demo off. */
export async function clearDemo(tx: TenantTx, id: string): Promise<Contact | undefined> {
  const row = await tx.db
    .updateTable("contacts")
    .set({ demo: false, updatedAt: sql<Date>`now()` })
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

/** A message came from the contact or went out to it. Touches no index and not `updatedAt`. */
export async function updateLastActivity(tx: TenantTx, id: string): Promise<void> {
  await tx.query({
    name: "contact_activity",
    text: "update contacts set last_activity_at = clock_timestamp() where workspace_id = $1 and id = $2",
    values: [tx.workspaceId, id],
  });
}

/** False if there is no such contact any more. */
export async function deleteContactRow(tx: TenantTx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom("contacts")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
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
