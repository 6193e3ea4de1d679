import type { Queryable } from "../db/index.ts";

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
