import pg from "pg";
import type { Queryable } from "../db/index.ts";

/** A connection with the login role's own rights, for questions about the server itself. */
export async function withServer<T>(url: string, use: (database: Queryable) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await use({ query: (statement) => client.query(statement) });
  } finally {
    await client.end();
  }
}

export interface ServerFacts {
  /** For instance 180004. */
  readonly versionNumber: number;
  readonly version: string;
  readonly now: Date;
  /** False: nothing was migrated yet. */
  readonly hasSchema: boolean;
}

/** What the doctor asks the database server about itself. */
export async function readServerFacts(database: Queryable): Promise<ServerFacts> {
  const { rows } = await database.query<{ number: number; version: string; now: Date; schema: boolean }>({
    text: `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
      clock_timestamp() as now, to_regclass('workspaces') is not null as schema`,
  });
  const [row] = rows;
  if (row === undefined) throw new Error("the database server answered nothing");
  return { versionNumber: row.number, version: row.version, now: row.now, hasSchema: row.schema };
}
