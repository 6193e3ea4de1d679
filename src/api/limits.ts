import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../base/errors.ts";
import type { RateLimits } from "./context.ts";
import { apiErrors } from "./errors.ts";

const windowMs = 60_000;
/** Callers and addresses remembered at once; the least recently seen are forgotten first. */
const remembered = 20_000;

export interface Limiter {
  /** Counts a request of a caller, or of its address where `key` is undefined. Throws 429. */
  countRequest(request: FastifyRequest, key: string | undefined): Promise<void>;
  /**
   * Counts a failed authentication of an address. Throws 429 in place of the 401 that was due. A valid key is never
   * refused for other people's failures: behind a shared address or a proxy anybody could lock everybody else out.
   */
  countFailure(request: FastifyRequest): Promise<void>;
}

const keyOf = "errandLimitKey";

/**
 * Limits per process and minute, in memory: under several processes they are that many times wider, and still stop a
 * flood. An address is an IPv4 address or the /64 of an IPv6 one.
 */
export async function createLimiter(app: FastifyInstance, limits: RateLimits): Promise<Limiter> {
  await app.register(rateLimit, { global: false });
  app.decorateRequest(keyOf, "");
  const perCaller = { max: limits.perCaller ?? 600, timeWindow: windowMs, cache: remembered };
  const byKey = app.createRateLimit({
    ...perCaller,
    keyGenerator: (request: FastifyRequest) => request.getDecorator<string>(keyOf),
  });
  const byAddress = app.createRateLimit(perCaller);
  const failures = app.createRateLimit({ ...perCaller, max: limits.failuresPerAddress ?? 60 });
  return {
    countRequest(request, key) {
      if (key === undefined) return count(byAddress, request);
      request.setDecorator(keyOf, key);
      return count(byKey, request);
    },
    countFailure: (request) => count(failures, request),
  };
}

async function count(
  limit: ReturnType<FastifyInstance["createRateLimit"]>,
  request: FastifyRequest,
): Promise<void> {
  const result = await limit(request);
  if (result.isAllowed || !result.isExceeded) return;
  const seconds = Math.max(1, result.ttlInSeconds);
  throw new AppError(apiErrors.rate_limited, {
    message: `At most ${result.max} requests a minute are accepted; try again in ${seconds} s.`,
    retryAfterSeconds: seconds,
  });
}
