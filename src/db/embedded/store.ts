import pg from "pg";
import { messageOf } from "../../base/errors.ts";

const connectionTimeoutMillis = 2000;

/** How a server answered the question whether it serves a directory. */
type Answer =
  | { readonly kind: "serves" }
  /** It answers but does not accept our password: 28P01, 28000. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "silent"; readonly reason: string };

/** Asks the server at `url` whether it serves `dataDir`, an absolute path as the server was given it. Never rejects. */
export async function askServer(url: string, dataDir: string): Promise<Answer> {
  try {
    const rows = await queryOnce<{ data_directory: string }>(
      url,
      "select current_setting('data_directory') as data_directory",
    );
    const served = rows[0]?.data_directory;
    return served === dataDir
      ? { kind: "serves" }
      : { kind: "silent", reason: `another server answers, on ${served}` };
  } catch (error) {
    const reason = messageOf(error);
    const refused = error instanceof pg.DatabaseError && error.code?.startsWith("28");
    return { kind: refused ? "refused" : "silent", reason };
  }
}

/** Creates the database if the cluster lacks it. `url` connects to another database of the cluster. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  const rows = await queryOnce(url, "select 1 from pg_database where datname = $1", [name]);
  if (rows.length === 0) await queryOnce(url, `create database ${pg.escapeIdentifier(name)}`);
}

async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly string[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis,
    query_timeout: connectionTimeoutMillis * 5,
  });
  // A connection that breaks between two of our calls must not end the process; the calls themselves reject.
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
