import pg from "pg";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";

export interface PoolOptions {
  readonly url: string;
  readonly max: number;
  readonly name: string;
  readonly log: Logger;
  /** The role that every statement of this pool runs as; the login role's own rights are never used. */
  readonly role?: "errand_tenant" | "errand_system";
  readonly timeouts?: Timeouts;
  /** More `-c` settings, for instance planner switches for the job queue's pool. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** All in milliseconds. */
export interface Timeouts {
  /** After which the server gives a statement up; 0 = never. Default 30 s. */
  readonly statementMs?: number;
  /** How much longer than that we wait for the answer. Default 3 s. */
  readonly graceMs?: number;
  /** For a connection, or a free one of the pool. Default 5 s. */
  readonly connectMs?: number;
}

const int8 = 20;
/** What pg says when `query_timeout` is over. */
const readTimeout = "Query read timeout";

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

/**
 * Connection settings for a client or pool of ours. A query that stays without an answer although the server should have
 * given its statement up fails with what `isConnectionLoss` knows: the server hangs, or nothing arrives any more, and
 * TCP's keepalives do not notice the former. Take the client through `endOnTimeout` as well.
 */
export function connectionConfig(options: Omit<PoolOptions, "max" | "log">): pg.ClientConfig {
  const { statementMs = 30_000, graceMs = 3_000, connectMs = 5_000 } = options.timeouts ?? {};
  const settings: Record<string, string> = {
    ...sessionSettings,
    statement_timeout: `${statementMs}`,
    ...(options.role === undefined ? {} : { role: options.role }),
    ...options.settings,
  };
  return {
    connectionString: options.url,
    application_name: `errand ${options.name}`,
    // Statements go out when they are asked for, not when the one before was answered.
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 8_000,
    connectionTimeoutMillis: connectMs,
    ...(statementMs === 0 ? {} : { query_timeout: statementMs + graceMs }),
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

/**
 * Makes a client end itself when an answer does not come in time. pg itself goes on waiting for it and sends nothing else
 * meanwhile (8.23, client.js), so that a rollback, or whoever got the connection next, would wait for as long again.
 */
export function endOnTimeout(client: pg.ClientBase): void {
  const gather = client instanceof pg.Client ? gatherWrites(client) : () => undefined;
  const query = (...args: readonly unknown[]): unknown => {
    gather();
    const result: unknown = Reflect.apply(pg.Client.prototype.query, client, args);
    // With a callback there is no promise: only pg's pool does so, and it ends a client whose query failed.
    if (result instanceof Promise)
      result.catch((error: unknown) => {
        if (messageOf(error) === readTimeout && client instanceof pg.Client) void client.end();
      });
    return result;
  };
  Object.defineProperty(client, "query", { value: query });
}

/**
 * Lets statements that are sent in one moment, such as a transaction's beginning and its first reads, go out in one
 * write: a write costs more than the statement where system calls are dear, as in many containers.
 */
function gatherWrites(client: pg.Client): () => void {
  let gathering = false;
  return () => {
    if (gathering) return;
    gathering = true;
    const { stream } = client.connection;
    stream.cork();
    // After everything that the current moment leads to, and before anything new is heard of.
    process.nextTick(() => {
      gathering = false;
      stream.uncork();
    });
  };
}

/** A pool whose lost connections are logged instead of ending the process. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(options), max: options.max, idleTimeoutMillis: 30_000 });
  const told = new WeakSet<pg.PoolClient>();
  pool.on("connect", (client) => {
    endOnTimeout(client);
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
    /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|not queryable|Client was closed/.test(
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
