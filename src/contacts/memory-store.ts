import { sql } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { toStorableJson } from "../base/text.ts";
import type { TenantTx } from "../db/index.ts";
import type { Fact, Json, MemorySource } from "./contact.ts";

export interface NewFact {
  readonly id: string;
  readonly contactId: string;
  readonly text: string;
  readonly key: string | null;
  readonly value: unknown;
  /** Days from now, by the database's clock, or an instant. */
  readonly expires: { readonly inDays: number } | { readonly at: Date } | null;
  readonly source: MemorySource;
  readonly executionId: string | null;
}

const columns = ["id", "key", "value", "text", "source", "executionId", "expiresAt", "createdAt"] as const;

type FactRow = Omit<Fact, "source" | "value"> & { readonly source: string; readonly value: unknown };

/** The column's check allows no other source, and `value` is only ever written as JSON. */
function toFact(row: FactRow): Fact {
  return { ...row, source: row.source as MemorySource, value: row.value as Json };
}

/** Writes a fact; one with the same key is replaced and keeps its id. */
export async function upsertFact(tx: TenantTx, fact: NewFact): Promise<Fact> {
  const { expires, value, ...plain } = fact;
  const row = await tx.db
    .insertInto("contactMemory")
    .values({
      workspaceId: tx.workspaceId,
      ...plain,
      value: value === undefined ? null : toStorableJson(value),
      expiresAt: expiryOf(expires),
    })
    .onConflict((conflict) =>
      conflict
        .columns(["workspaceId", "contactId", "key"])
        .where("key", "is not", null)
        .doUpdateSet((set) => ({
          value: set.ref("excluded.value"),
          text: set.ref("excluded.text"),
          source: set.ref("excluded.source"),
          executionId: set.ref("excluded.executionId"),
          expiresAt: set.ref("excluded.expiresAt"),
          createdAt: sql<Date>`now()`,
        })),
    )
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toFact(row);
}

function expiryOf(expires: NewFact["expires"]) {
  if (expires === null) return null;
  return "at" in expires ? expires.at : sql<Date>`clock_timestamp() + ${expires.inDays} * interval '1 day'`;
}

/** Facts of a contact that have not expired. */
function liveFacts(tx: TenantTx, contactId: string) {
  return tx.db
    .selectFrom("contactMemory")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", contactId)
    .where((where) => where.or([where("expiresAt", "is", null), where("expiresAt", ">", sql<Date>`now()`)]));
}

export interface FactPage extends Page {
  /** Part of the text, the key or the value, in any case. */
  readonly q?: string | undefined;
}

/** Facts that have not expired, newest first. Of one contact there are few enough to look through. */
export async function selectFacts(tx: TenantTx, contactId: string, page: FactPage): Promise<PageOf<Fact>> {
  let query = liveFacts(tx, contactId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const before = pageStart(page);
  if (before !== undefined) query = query.where("id", "<", before);
  if (page.q !== undefined) {
    const known = sql`text || E'\\n' || coalesce(key, '') || E'\\n' || coalesce(value #>> '{}', '')`;
    query = query.where(sql<boolean>`strpos(lower(${known}), lower(${page.q})) > 0`);
  }
  return pageFrom((await query.execute()).map(toFact), page.limit);
}

/** Locks the fact. Undefined if the contact has none with this id, or it has expired. */
export async function lockFact(tx: TenantTx, contactId: string, id: string): Promise<Fact | undefined> {
  const row = await liveFacts(tx, contactId).where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
  return row === undefined ? undefined : toFact(row);
}

export interface FactChange {
  readonly text?: string | undefined;
  readonly value?: unknown;
  readonly expiresAt?: Date | null | undefined;
  readonly source: MemorySource;
}

/** Changes a fact that the transaction has locked. It is then no execution's any more. */
export async function updateFact(tx: TenantTx, id: string, change: FactChange): Promise<Fact> {
  const { value, ...plain } = change;
  const row = await tx.db
    .updateTable("contactMemory")
    .set({ ...plain, ...(value === undefined ? {} : { value: toStorableJson(value) }), executionId: null })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toFact(row);
}

export async function deleteFact(tx: TenantTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom("contactMemory")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .execute();
}
