/**
 * The only place that tells the time. Everything else is handed a `Clock` or a `now`, so that tests can move time
 * and so that due times, which the database decides, are not mixed with the process's own clock by accident.
 */
export interface Clock {
  /** Wall time of this process. Never used for leases or due times: those are the database's. */
  now(): Date;
  /** Milliseconds of a clock that never jumps; for durations and for "how long since the last renewal". */
  monotonicMs(): number;
  /** Runs `callback` once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A signal that aborts after `ms` unless it is cancelled first. */
export function abortAfter(clock: Clock, ms: number): { readonly signal: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  const cancel = clock.after(ms, () => controller.abort(new Error(`no answer within ${ms} ms`)));
  return { signal: controller.signal, cancel };
}

/** Resolves after `ms`, or at once when `signal` aborts. Never rejects: the caller looks at the signal. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
