import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { createCipher } from "../base/crypto.ts";
import { Extensions } from "../base/extensions.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import { type Metrics, noMetrics } from "../base/metrics.ts";
import type { Tracer } from "../base/tracing.ts";
import type { Config } from "../config.ts";
import { startEmbeddedPostgres } from "../db/embedded/index.ts";
import { createDatabase, createSignals, migrate, readMigrations } from "../db/index.ts";
import { type Core, createJobs, type JobQueue } from "../engine/index.ts";
import { explainDatabaseError } from "./database-errors.ts";
import { loadSecretKey } from "./secret-key.ts";

export const migrationsDirectory = join(import.meta.dirname, "..", "..", "migrations");

/** A database server that is reachable, and what stops it if it is ours. */
export interface OpenServer {
  readonly url: string;
  /** Where the data lies, for people. */
  readonly location: string;
  /** Undefined: a server of the operator's own, which stays. */
  readonly stop: (() => Promise<void>) | undefined;
}

/**
 * The PostgreSQL of the settings: the operator's own, or the embedded one, started if it does not run. `signal` ends the
 * wait for its start.
 */
export async function openServer(config: Config, log: Logger, signal?: AbortSignal): Promise<OpenServer> {
  if (config.databaseUrl !== undefined) {
    const { host, pathname } = new URL(config.databaseUrl);
    return { url: config.databaseUrl, location: `PostgreSQL at ${host}${pathname}`, stop: undefined };
  }
  const { dataDir } = config;
  const server = await startEmbeddedPostgres({
    dataDir,
    clock: systemClock,
    log: (message) => log.info(message),
    ...(signal === undefined ? {} : { signal }),
  });
  return { url: server.url, location: server.location, stop: () => server.stop() };
}

/** The 32 bytes that seal stored secrets. */
export async function openSecretKey(config: Config): Promise<Buffer> {
  return config.secretKey ?? (await loadSecretKey(config.dataDir));
}

/** Migrates the database; answers the versions applied. Throws DatabaseAccessError if the server does not let us. */
export async function migrateDatabase(url: string): Promise<readonly number[]> {
  return await migrate(url, await readMigrations(migrationsDirectory)).catch((error: unknown) => {
    throw explainDatabaseError(error, url);
  });
}

export interface OpenCore {
  readonly core: Core;
  /** Started by the caller, once it knows the jobs. */
  readonly queue: JobQueue;
  close(): Promise<void>;
}

/** The core on a migrated database. */
export async function openCore(options: {
  readonly url: string;
  readonly log: Logger;
  readonly secretKey: Buffer;
  readonly publicUrl: string;
  /** Default: none. */
  readonly metrics?: Metrics;
  /** Default: no traces. */
  readonly tracer?: Tracer | undefined;
}): Promise<OpenCore> {
  const { url, log, secretKey, publicUrl, metrics = noMetrics, tracer } = options;
  const clock = systemClock;
  const signals = createSignals({ url, log, clock, processId: newId() });
  const db = createDatabase({ url, log, clock, signals });
  const queue = createJobs({ url, log, clock, signals, metrics, tracer });
  const core: Core = {
    db,
    signals,
    jobs: queue.jobs,
    clock,
    log,
    metrics,
    tracer,
    publicUrl,
    cipher: createCipher(secretKey),
    extensions: new Extensions(),
  };
  await signals.start();
  return {
    core,
    queue,
    async close() {
      await queue.stop();
      await signals.stop();
      await db.close();
    },
  };
}
