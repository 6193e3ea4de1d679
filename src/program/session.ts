import type { Logger } from "../base/log.ts";
import type { Config } from "../config.ts";
import { findRunningPostgres } from "../db/embedded/index.ts";
import { type OpenCore, openCore, openSecretKey, openServer } from "./open.ts";

/**
 * Runs a short command on the database, also beside a running Errand: its embedded server is used as it is; if none
 * runs, one is started for the command and stopped again.
 */
export async function withDatabase<T>(
  config: Config,
  log: Logger,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const running = config.databaseUrl === undefined ? await findRunningPostgres(config.dataDir) : undefined;
  if (running !== undefined) return await use(running.url);
  const server = await openServer(config, log);
  try {
    return await use(server.url);
  } finally {
    await server.stop?.();
  }
}

/** Like `withDatabase`, with the core on top; the database must be migrated. */
export async function withCore<T>(
  config: Config,
  log: Logger,
  url: string,
  use: (opened: OpenCore) => Promise<T>,
): Promise<T> {
  const secretKey = await openSecretKey(config);
  const opened = await openCore({ url, log, secretKey, publicUrl: config.publicUrl });
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
