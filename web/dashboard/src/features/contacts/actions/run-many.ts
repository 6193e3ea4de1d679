import { ApiError, sentenceOf } from "../../../api/problem.ts";

/** Calls under way at the same time: more would only make the server ask for patience sooner. */
const atOnce = 5;
const patienceSeconds = 5;
const mostPauses = 20;

export interface ManyOrder<T, R> {
  readonly items: readonly T[];
  change(item: T): Promise<R>;
  /** Waits; ends early when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** What has not begun when it aborts is left alone. */
  readonly signal: AbortSignal;
  onProgress(settled: number): void;
}

export interface ManyDone<T, R> {
  readonly done: readonly { readonly item: T; readonly result: R }[];
  readonly refused: readonly { readonly item: T; readonly message: string }[];
  /** Stopped before their turn. */
  readonly left: readonly T[];
}

/**
 * Changes one after the other, a few side by side. Where the server asks for patience all of them wait as long as it
 * says. One that is refused holds up no other.
 */
export async function runMany<T, R>(order: ManyOrder<T, R>): Promise<ManyDone<T, R>> {
  const { items, signal } = order;
  const done: { item: T; result: R }[] = [];
  const refused: { item: T; message: string }[] = [];
  const waiting = [...items];
  let pausing: Promise<void> = Promise.resolve();

  async function changeOne(item: T): Promise<void> {
    for (let pauses = 0; ; pauses += 1) {
      try {
        done.push({ item, result: await order.change(item) });
        return;
      } catch (error) {
        if (!isBusy(error) || pauses >= mostPauses || signal.aborted) {
          refused.push({ item, message: sentenceOf(error) });
          return;
        }
        pausing = order.pause((error.retryAfterSeconds ?? patienceSeconds) * 1_000, signal);
        await pausing;
      }
    }
  }

  async function work(): Promise<void> {
    for (;;) {
      await pausing;
      if (signal.aborted) return;
      const item = waiting.shift();
      if (item === undefined) return;
      await changeOne(item);
      order.onProgress(done.length + refused.length);
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work));
  return { done, refused, left: waiting };
}

function isBusy(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 429;
}

/** The real pause. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
