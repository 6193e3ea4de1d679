import pg from "pg";
import type { Queryable } from "../src/db/index.ts";
import type { TestCore } from "./core.ts";

/** Brings the planner's statistics up to date; only the tables' owner may. */
export async function analyze(core: TestCore, ...tables: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: core.url });
  await client.connect();
  await client.query(`analyze ${tables.join(", ")}`).finally(() => client.end());
}

/** How many rows of the tables `work` looks at in a transaction, in whatever way, and what it answers. */
export async function countRowsRead<T>(
  tx: Queryable,
  tables: readonly string[],
  work: () => Promise<T>,
): Promise<{ readonly answer: T; readonly read: number }> {
  const before = await readCounters(tx, tables);
  const answer = await work();
  return { answer, read: (await readCounters(tx, tables)) - before };
}

/** Of this connection, and not from 0 on: what earlier transactions read may not have been handed over yet. */
async function readCounters(tx: Queryable, tables: readonly string[]): Promise<number> {
  // Rows that an index leads to count for the index, all others for the table.
  const { rows } = await tx.query<{ read: number }>({
    text: `select sum(pg_stat_get_xact_tuples_returned(t) + pg_stat_get_xact_tuples_fetched(t)
        + (select coalesce(sum(pg_stat_get_xact_tuples_fetched(indexrelid)), 0) from pg_index where indrelid = t))::float8 as read
      from unnest($1::text[]::regclass[]) t`,
    values: [tables],
  });
  return rows[0]?.read ?? 0;
}
