import pg from "pg";
import type { Logger } from "../base/log.ts";

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  readonly name: string;
  readonly log: Logger;
  /** The role that every statement of this pool runs as; the login role's own rights are never used. */
  readonly role?: "errand_tenant" | "errand_system";
  /** Milliseconds; 0 = none. */
  readonly statementTimeoutMs?: number;
  /** More `-c` settings, for instance planner switches for the job queue's pool. */
  readonly settings?: Readonly<Record<string, string>>;
}

const int8 = 20;

/**
 * What every connection sets. A worker that freezes inside a transaction would otherwise hold its row locks for
 * ever, and a machine that vanished would be noticed only after two hours of TCP's own patience.
 */
const sessionSettings = {
  idle_in_transaction_session_timeout: "5s",
  lock_timeout: "5s",
  tcp_keepalives_idle: "8",
  tcp_keepalives_interval: "2",
  tcp_keepalives_count: "3",
  timezone: "UTC",
} as const;

/** Connection settings for a client or pool of ours. */
export function connectionConfig(options: Omit<PoolOptions, "max" | "log">): pg.ClientConfig {
  const settings: Record<string, string> = {
    ...sessionSettings,
    statement_timeout: `${options.statementTimeoutMs ?? 30_000}`,
    ...(options.role === undefined ? {} : { role: options.role }),
    ...options.settings,
  };
  return {
    connectionString: options.url,
    application_name: `errand ${options.name}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 8_000,
    connectionTimeoutMillis: 5_000,
    options: Object.entries(settings)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(" "),
    // Counts and sequence numbers are far below 2^53; money is numeric and stays text.
    types: {
      getTypeParser: (oid, format) =>
        oid === int8 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format),
    },
  };
}

/** A pool whose lost connections are logged instead of ending the process. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(options), max: options.max, idleTimeoutMillis: 30_000 });
  const told = new WeakSet<pg.PoolClient>();
  pool.on("connect", (client) => {
    // Checked out or idle: without a handler of its own a lost client ends the process. It may tell of one loss twice.
    client.on("error", (error) => {
      // A pool that is being ended loses its connections on purpose.
      if (pool.ending || told.has(client)) return;
      told.add(client);
      options.log.warn({ err: error, pool: options.name }, "database connection lost");
    });
  });
  // The pool repeats what its idle clients said, and ends the process if nobody listens.
  pool.on("error", () => undefined);
  return pool;
}

/** Including a server that closed an idle transaction of a frozen process, or has no connection to give just now. */
const lostConnection = new Set([
  "08000",
  "08003",
  "08006",
  "25P03",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
]);
const conflicts = new Set(["40001", "40P01", "55P03"]);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** True if the connection broke, so that what was sent may or may not have been carried out. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return lostConnection.has(code);
  // pg itself throws plain errors for these, without a code (pg 8.23, client.js and connection.js).
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|timeout expired|not queryable|Client was closed/.test(
      error.message,
    )
  );
}

/** True for a serialisation failure, a deadlock or a lock that was not had in time: the transaction may run again. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && conflicts.has(code);
}

/** The violated constraint's name, if the error is a unique violation. */
export function uniqueViolation(error: unknown): string | undefined {
  if (codeOf(error) !== "23505") return undefined;
  return error instanceof Error && "constraint" in error ? String(error.constraint) : "";
}
