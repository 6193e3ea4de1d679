import type { Clock } from "../base/clock.ts";

/** Collects what arrives while the previous statement is under way and sends it as one: group commit. */
export interface Batcher<T> {
  /** Resolves when the item was written by the batch it went out with; rejects with what `flush` says of it. */
  add(item: T): Promise<void>;
}

export interface BatcherOptions<T> {
  readonly maxItems: number;
  readonly maxBytes: number;
  sizeOf(item: T): number;
  /** Writes a batch. Answers one result per item: undefined, or why this item was not written. */
  flush(items: readonly T[]): Promise<readonly (Error | undefined)[]>;
  readonly clock: Clock;
}

interface Waiting<T> {
  readonly item: T;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * One statement under way makes the largest batches while the processor is the limit. One that takes longer than this
 * waits for the disk or for a row lock, and others go past it. On two cores, executions/s of 10 steps, 50 side by side:
 * 2 040 with 1 ms, 1 880 with 20 ms; queued one by one and with flushes of 2 ms, 810 against 590.
 */
const heldUpMs = 1;
const mostUnderWay = 4;

export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  const { clock } = options;
  let waiting: Waiting<T>[] = [];
  let running = 0;
  let startedAt = 0;

  /** The longest prefix that fits; always at least one item. */
  function take(): Waiting<T>[] {
    let bytes = 0;
    let count = 0;
    for (const { item } of waiting) {
      bytes += options.sizeOf(item);
      if (count > 0 && (count >= options.maxItems || bytes > options.maxBytes)) break;
      count += 1;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function run(): Promise<void> {
    running += 1;
    startedAt = clock.monotonicMs();
    // One turn of the event loop lets everything that became ready with the last answer join.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = take();
      startedAt = clock.monotonicMs();
      const results = await options
        .flush(batch.map(({ item }) => item))
        .catch((error: Error) => batch.map(() => error));
      batch.forEach(({ resolve, reject }, index) => {
        const error = results[index];
        if (error === undefined) resolve();
        else reject(error);
      });
      // Whoever goes on at once with its next item joins as well.
      await new Promise((resolve) => setImmediate(resolve));
    }
    running -= 1;
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        const heldUp = running < mostUnderWay && clock.monotonicMs() - startedAt > heldUpMs;
        if (running === 0 || heldUp) void run();
      }),
  };
}
