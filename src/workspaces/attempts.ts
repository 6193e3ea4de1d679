import type pg from "pg";
import { RateLimiterMemory, RateLimiterPostgres } from "rate-limiter-flexible";
import { sha256 } from "../base/crypto.ts";
import type { ErrorCode } from "../base/errors.ts";
import { countAttempt } from "../base/rate-limit.ts";
import type { Queryable } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { workspaceErrors } from "./errors.ts";
import { attemptSource } from "./rules.ts";

/**
 * How many attempts are let through, per window. An address locks out early, which stops guessing from many
 * machines; a source later, because an office or a mobile network shares one.
 */
export const attemptLimits = {
  signInByEmail: { points: 10, seconds: 15 * 60 },
  signInBySource: { points: 30, seconds: 15 * 60 },
  resetByEmail: { points: 3, seconds: 3600 },
  resetBySource: { points: 20, seconds: 3600 },
} as const;

type Purpose = "signIn" | "reset";

export interface Attempt {
  readonly ip: string;
  readonly email: string;
}

/** Counts attempts in PostgreSQL, so that all processes count together. */
export interface Attempts {
  /** Counts one before anything is checked. Throws `too_many_attempts` with the wait. */
  begin(purpose: Purpose, attempt: Attempt): Promise<void>;
  /** A sign-in that worked: its own attempt does not count, and the address starts anew. */
  succeeded(attempt: Attempt): Promise<void>;
  /** The address starts anew: its owner has proved by a mailed link who they are. */
  unlock(email: string): Promise<void>;
}

/** `pool` runs as errand_system; the limiter's table is made by our migration. */
export function createAttempts(pool: pg.Pool): Attempts {
  const limiter = (name: keyof typeof attemptLimits) => createLimiter(pool, name, attemptLimits[name]);
  const byEmail = { signIn: limiter("signInByEmail"), reset: limiter("resetByEmail") };
  const bySource = { signIn: limiter("signInBySource"), reset: limiter("resetBySource") };

  return {
    async begin(purpose, { ip, email }) {
      await countAttempt(bySource[purpose], attemptSource(ip), workspaceErrors.too_many_attempts);
      await countAttempt(byEmail[purpose], emailKey(email), workspaceErrors.too_many_attempts);
    },
    async succeeded({ ip, email }) {
      await byEmail.signIn.delete(emailKey(email));
      await bySource.signIn.reward(attemptSource(ip));
    },
    async unlock(email) {
      await byEmail.signIn.delete(emailKey(email));
    },
  };
}

/** Counts what one source does in a while, in PostgreSQL, so that all processes count together. */
export interface SourceLimit {
  /** Counts one. Throws the limit's error with the wait. Not inside a transaction. */
  count(ip: string): Promise<void>;
}

/** `points` per source and `seconds`; a source is an IPv4 address or the /64 of an IPv6 one. */
export function createSourceLimit(
  core: Pick<Core, "db">,
  limit: {
    readonly name: string;
    readonly points: number;
    readonly seconds: number;
    readonly error: ErrorCode;
  },
): SourceLimit {
  const limiter = createLimiter(core.db.autocommit, limit.name, limit);
  return { count: (ip) => countAttempt(limiter, attemptSource(ip), limit.error) };
}

/** While the database is away each process counts by itself. */
function createLimiter(
  database: Pick<pg.Pool, "query"> | Queryable,
  keyPrefix: string,
  { points, seconds: duration }: { readonly points: number; readonly seconds: number },
): RateLimiterPostgres {
  return new RateLimiterPostgres({
    keyPrefix,
    points,
    duration,
    storeClient: database,
    storeType: "pool",
    tableName: "sign_in_attempts",
    tableCreated: true,
    insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
  });
}

/** The table's key has 255 characters, an address may have more. */
function emailKey(email: string): string {
  return sha256(email.toLowerCase()).toString("hex");
}
