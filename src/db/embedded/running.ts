import { realpath, stat } from "node:fs/promises";
import { messageOf } from "../../base/errors.ts";
import { database, readPassword, serverUrl } from "./cluster.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { readHolder } from "./holder.ts";
import { findData } from "./location.ts";
import { isSystemError } from "./process.ts";
import { askServer } from "./store.ts";

/** True if a start has made a database for this data directory. Makes nothing. */
export async function hasEmbeddedPostgres(dataDir: string): Promise<boolean> {
  const data = await findData(dataDir);
  const found = await stat(data).catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw new EmbeddedPostgresError(
      `cannot look into the database of ${dataDir} (${messageOf(error)}). Run this as the user who started Errand.`,
      { cause: error },
    );
  });
  return found !== undefined;
}

/**
 * The embedded PostgreSQL of a data directory, if it is running and answers, for short commands beside an Errand that
 * keeps it. Changes nothing and takes no lock, so the server may end at any moment. Throws `EmbeddedPostgresError` if
 * this account may not use it.
 */
export async function findRunningPostgres(dataDir: string): Promise<{ readonly url: string } | undefined> {
  const resolved = await realpath(dataDir).catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  });
  if (resolved === undefined) return undefined;
  const password = await readPassword(resolved);
  if (password === undefined) return undefined;
  const state = await readHolder(await findData(resolved)).catch((error: unknown) => {
    if (!isSystemError(error, "EACCES")) throw error;
    throw new EmbeddedPostgresError(
      `cannot look into the database of ${resolved} (${messageOf(error)}). Run this as the user who started Errand.`,
      { cause: error },
    );
  });
  if (state.kind !== "ours" || state.file.status !== "ready") return undefined;
  const url = serverUrl(password, state.file.port, database);
  const answer = await askServer(url, state.file.dataDir);
  if (answer.kind === "refused") {
    throw new EmbeddedPostgresError(
      `PostgreSQL (pid ${state.file.pid}) runs for ${resolved} but refuses our password (${answer.reason}). Restore postgres.password in the data directory.`,
    );
  }
  return answer.kind === "serves" ? { url } : undefined;
}
