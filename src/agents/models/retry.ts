import { type Clock, pause } from "../../base/clock.ts";
import { ModelError } from "./errors.ts";
import type { Model, ModelAnswer, ModelRequest } from "./messages.ts";
import { computeBackoffMs } from "./rules.ts";

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
 * or one of code `aborted` when the request's signal ends a wait.
 */
export async function callWithRetry(
  model: Model,
  request: ModelRequest,
  options: RetryOptions,
): Promise<ModelAnswer> {
  const random = options.random ?? Math.random;
  let failed: ModelError | undefined;
  let delayMs = 0;
  for (let number = 1; ; number += 1) {
    await options.onAttempt?.(failed === undefined ? { number, delayMs } : { number, failed, delayMs });
    try {
      return await model.call(request);
    } catch (error) {
      if (!(error instanceof ModelError) || !error.retryable || number > options.retries) throw error;
      failed = error;
    }
    delayMs = computeBackoffMs(number, failed.retryAfterSeconds, random());
    await pause(options.clock, delayMs, request.signal);
    if (request.signal.aborted) {
      throw new ModelError("aborted", "The model call was aborted while waiting to be repeated.");
    }
  }
}
