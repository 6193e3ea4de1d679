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
  readonly expiresInDays: number | null;
  readonly source: MemorySource;
  readonly executionId: string | null;
}

const columns = ["id", "key", "value", "text", "source", "executionId", "expiresAt", "createdAt"] as const;

/** Writes a fact; one with the same key is replaced and keeps its id. Answers the fact's id. */
export async function upsertFact(tx: TenantTx, fact: NewFact): Promise<string> {
  const { expiresInDays, value, ...plain } = fact;
  const expiresAt =
    expiresInDays === null ? null : sql<Date>`clock_timestamp() + ${expiresInDays} * interval '1 day'`;
  const row = await tx.db
    .insertInto("contactMemory")
    .values({
      workspaceId: tx.workspaceId,
      ...plain,
      value: value === undefined ? null : toStorableJson(value),
      expiresAt,
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
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Facts that have not expired, newest first. */
export async function selectFacts(tx: TenantTx, contactId: string, page: Page): Promise<PageOf<Fact>> {
  let query = tx.db
    .selectFrom("contactMemory")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", contactId)
    .where((where) => where.or([where("expiresAt", "is", null), where("expiresAt", ">", sql<Date>`now()`)]))
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const before = pageStart(page);
  if (before !== undefined) query = query.where("id", "<", before);
  const rows = await query.execute();
  // The column's check allows no other source, and `value` is only ever written as JSON.
  return pageFrom(
    rows.map((row) => ({ ...row, source: row.source as MemorySource, value: row.value as Json })),
    page.limit,
  );
}
