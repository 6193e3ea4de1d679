import type { ModelErrorCode } from "./errors.ts";

/** The first wait before a repeated model call; it doubles with each further one. */
const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A provider that asks for more than this is not asked again. */
const longestRetryAfterSeconds = 60;
/** How often a server that says nothing for a minute or two is asked again: each time costs that long. */
const repeatedTimeouts = 1;
/** Many executions are turned away in the same moment; they should not all come back in the same moment. */
const retryAfterSpreadMs = 500;

/** What is done about a failed call. `too_late`: it would be repeated if the provider did not ask for a long wait. */
export type RetryDecision = "repeat" | "give_up" | "too_late";

/** Whether a call that failed for the `failures`-th time (1 = once), `timeouts` of them by silence, is repeated. */
export function decideRetry(
  error: { readonly retryable: boolean; readonly retryAfterSeconds?: number | undefined },
  so: { readonly failures: number; readonly timeouts: number; readonly retries: number },
): RetryDecision {
  if (!error.retryable) return "give_up";
  if ((error.retryAfterSeconds ?? 0) > longestRetryAfterSeconds) return "too_late";
  return so.failures > so.retries || so.timeouts > repeatedTimeouts ? "give_up" : "repeat";
}

/**
 * Milliseconds to wait before repeating a call that failed for the `failures`-th time (1 = once). Without
 * `retryAfterSeconds` between half and all of 0.5 s, 1 s, 2 s, … up to 30 s; with it that long and up
 * to half a second more. `random` is from 0 (inclusive) to 1 (exclusive).
 */
export function computeBackoffMs(
  failures: number,
  retryAfterSeconds: number | undefined,
  random: number,
): number {
  if (retryAfterSeconds !== undefined) {
    const asked = Math.max(retryAfterSeconds, 0);
    return Math.round(asked * 1000 + random * retryAfterSpreadMs);
  }
  const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  return Math.round(longest / 2 + (longest / 2) * random);
}

/**
 * The value of a `Retry-After` header in seconds from `now`: a number of seconds or an HTTP date. Undefined for
 * anything else; a date that has passed is 0.
 */
export function parseRetryAfter(value: string | null | undefined, now: Date): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  // Date.parse also reads "-5" and "3 apples" as dates; every form of HTTP date starts with the day's name.
  if (!/^[a-z]{3,9},? /i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}

/** What an HTTP status that is not a success means for the call. */
export function codeOfStatus(status: number): ModelErrorCode {
  if (status === 429) return "rate_limited";
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 408) return "timeout";
  if (status >= 500) return "provider_unavailable";
  return "refused";
}

/** A rough count of tokens for text of this many characters, where nobody counted them: one per four, rounded up. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4);
}
