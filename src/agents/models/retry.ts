import { type Clock, pause } from "../../base/clock.ts";
import { ModelError } from "./errors.ts";
import type { Model, ModelAnswer, ModelRequest } from "./messages.ts";
import { computeBackoffMs, decideRetry } from "./rules.ts";

export interface RetryOptions {
  /** How often a failed call is repeated: 2 means at most three calls. */
  readonly retries: number;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive); `Math.random` unless a test decides. */
  readonly random?: (() => number) | undefined;
  /**
   * Called before each call. `number` counts from 1; `failed` is what ended the one before and `delayMs` how long was
   * waited since. Text streamed so far belongs to the failed call.
   */
  readonly onAttempt?:
    | ((attempt: {
        readonly number: number;
        readonly failed?: ModelError;
        readonly delayMs: number;
      }) => void | Promise<void>)
    | undefined;
}

/**
 * One model call, repeated while its error is retryable: a model call is no side effect. Throws the last `ModelError`,
 * or one of code `aborted` when the request's signal ends a wait. A provider that asks for a longer wait than we make
 * is not asked again; the error then says from when on it may be.
 */
export async function callWithRetry(
  model: Model,
  request: ModelRequest,
  options: RetryOptions,
): Promise<ModelAnswer> {
  const random = options.random ?? Math.random;
  let failed: ModelError | undefined;
  let delayMs = 0;
  let timeouts = 0;
  for (let number = 1; ; number += 1) {
    await options.onAttempt?.(failed === undefined ? { number, delayMs } : { number, failed, delayMs });
    try {
      return await model.call(request);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.code === "timeout") timeouts += 1;
      const decision = decideRetry(error, { failures: number, timeouts, retries: options.retries });
      if (decision === "too_late") throw sayWhen(error, options.clock.now());
      if (decision === "give_up") throw error;
      failed = error;
    }
    delayMs = computeBackoffMs(number, failed.retryAfterSeconds, random());
    await pause(options.clock, delayMs, request.signal);
    if (request.signal.aborted) {
      throw new ModelError("aborted", "The model call was aborted while waiting to be repeated.", {
        usage: failed.usage,
      });
    }
  }
}

function sayWhen(error: ModelError, now: Date): ModelError {
  const { retryAfterSeconds = 0, status, usage } = error;
  const at = new Date(now.getTime() + Math.ceil(retryAfterSeconds) * 1_000);
  // A date beyond what can be written is as good as never.
  const when = Number.isNaN(at.getTime()) ? "" : ` It may be tried again at ${at.toISOString()}.`;
  const message = `${error.message} The provider asks to wait ${Math.ceil(retryAfterSeconds)} s.${when}`;
  return new ModelError(error.code, message, { retryable: false, retryAfterSeconds, status, usage });
}
