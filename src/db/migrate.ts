import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { messageOf } from "../base/errors.ts";
import { connectionConfig } from "./connection.ts";
import type { Queryable } from "./database.ts";

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** Marked in its first line: a program that does not know it must not run on this schema. */
  readonly breaking: boolean;
}

/** The schema in the database is newer than this program, in a way that it cannot work with. */
export class SchemaTooNewError extends Error {
  override readonly name = "SchemaTooNewError";
}

const fileName = /^(\d{6})_([a-z0-9_]+)\.sql$/;
const breakingMark = "--! breaking-change";
/** One lock for all processes that migrate the same database; the number is arbitrary and fixed. */
const migrationLock = 7_220_114;

/** The migrations in `directory`, in order. Throws if a file is misnamed or a number is used twice or left out. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const match = fileName.exec(file);
      const version = Number(match?.[1]);
      const name = match?.[2];
      if (name === undefined || version !== index + 1) {
        throw new Error(
          `migration ${file}: the name must be ${String(index + 1).padStart(6, "0")}_words.sql`,
        );
      }
      const sql = await readFile(join(directory, file), "utf8");
      return { version, name, sql, breaking: sql.startsWith(breakingMark) };
    }),
  );
}

/** The least PostgreSQL that the migrations work with, as `server_version_num` has it. */
export const leastPostgres = 160_000;

/** The PostgreSQL server is older than `leastPostgres`. */
export class ServerTooOldError extends Error {
  override readonly name = "ServerTooOldError";
}

/**
 * Brings the database to the newest of `migrations`, each in one transaction with its version, under one lock.
 * Answers the versions it applied. Throws SchemaTooNewError if the database has a breaking migration that is not
 * among `migrations`, and ServerTooOldError.
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<readonly number[]> {
  const client = new pg.Client(
    connectionConfig({
      url,
      name: "migrate",
      timeouts: { statementMs: 0 },
      settings: { lock_timeout: "60s" },
    }),
  );
  client.on("error", () => undefined);
  await client.connect();
  try {
    await refuseOldServer(client);
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await client.query(`create table if not exists schema_migrations (
      version integer primary key, name text not null, breaking boolean not null, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ version: number; name: string; breaking: boolean }>(
      "select version, name, breaking from schema_migrations",
    );
    refuseNewer(rows, migrations);
    const done = new Set(rows.map((row) => row.version));
    const pending = migrations.filter((migration) => !done.has(migration.version));
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.version);
  } finally {
    // Ends the session and with it the lock, also after an error in the middle of a transaction.
    await client.end();
  }
}

/** The versions that `migrate` would apply; a database without our table needs them all. */
export async function pendingMigrations(
  database: Queryable,
  migrations: readonly Migration[],
): Promise<readonly number[]> {
  const versions = migrations.map((migration) => migration.version);
  const { rows: found } = await database.query<{ found: string | null }>({
    text: "select to_regclass('schema_migrations') as found",
  });
  if (found[0]?.found === null) return versions;
  const { rows } = await database.query<{ version: number }>({
    text: "select version from schema_migrations",
  });
  const done = new Set(rows.map((row) => row.version));
  return versions.filter((version) => !done.has(version));
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
  );
  const [server] = rows;
  if (server === undefined || server.number >= leastPostgres) return;
  throw new ServerTooOldError(
    `The database server is PostgreSQL ${server.version}; ${leastPostgres / 10_000} or later is needed.`,
  );
}

function refuseNewer(
  applied: readonly { version: number; name: string; breaking: boolean }[],
  known: readonly Migration[],
): void {
  const newest = known.at(-1)?.version ?? 0;
  const blocking = applied.find((row) => row.version > newest && row.breaking);
  if (blocking === undefined) return;
  throw new SchemaTooNewError(
    `The database has migration ${blocking.version} (${blocking.name}), which this version of Errand does not know and cannot work with. Start a newer Errand.`,
  );
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query("begin");
    await client.query("insert into schema_migrations (version, name, breaking) values ($1, $2, $3)", [
      migration.version,
      migration.name,
      migration.breaking,
    ]);
    await client.query(migration.sql);
    await client.query("commit");
  } catch (error) {
    const name = `${String(migration.version).padStart(6, "0")}_${migration.name}`;
    throw new Error(`migration ${name} failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
