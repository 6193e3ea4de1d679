import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import { AppError, type ErrorCode } from "./errors.ts";

/** Counts one attempt under `key`. Throws `code` with the time to wait when the limit is reached. */
export async function countAttempt(
  limiter: RateLimiterAbstract,
  key: string,
  code: ErrorCode,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    // The library throws its result, which is no Error, when the limit is reached.
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new AppError(code, { retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)) });
  }
}
