import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Database } from "../db/index.ts";
import { type Batcher, createBatcher } from "./batcher.ts";
import { appendLargeStep, appendSteps, findStep, largePayloadBytes, type NewStep } from "./journal-store.ts";
import { repeatWhileLost } from "./persist.ts";
import { ExecutionStop } from "./stops.ts";

const maxRows = 500;

export interface Journal {
  /** Resolves when the step is on disk. Rejects with an ExecutionStop if the attempt is fenced off. */
  append(step: NewStep, signal: AbortSignal): Promise<void>;
}

interface Queued {
  readonly step: NewStep;
  readonly signal: AbortSignal;
}

/** The one appender of a process: steps of all its executions go out together. */
export function createJournal(options: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
}): Journal {
  const { db, clock, log } = options;

  /** Repeated while somebody still wants the answer; `on conflict do nothing` makes repeats harmless. */
  function persist<T>(queued: readonly Queued[], write: () => Promise<T>): Promise<T> {
    return repeatWhileLost({ clock, log }, () => queued.some(({ signal }) => !signal.aborted), write);
  }

  /** The row was not inserted: either it is there from an append whose answer was lost, or this attempt is over. */
  async function explain(queued: Queued): Promise<Error | undefined> {
    const { step } = queued;
    const found = await persist([queued], () => findStep(db, step));
    if (found?.nonce === step.nonce && found.attempt === step.attempt) return undefined;
    return new ExecutionStop(
      "fenced",
      `attempt ${step.attempt} no longer runs execution ${step.executionId}`,
    );
  }

  async function flushOne(queued: Queued): Promise<Error | undefined> {
    const { step } = queued;
    try {
      const written = await persist([queued], async () =>
        Buffer.byteLength(step.payload) > largePayloadBytes
          ? appendLargeStep(db, step)
          : (await appendSteps(db, [step])).size === 1,
      );
      return written ? undefined : await explain(queued);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async function flush(batch: readonly Queued[]): Promise<readonly (Error | undefined)[]> {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) return [await flushOne(first)];
    try {
      const written = await persist(batch, () =>
        appendSteps(
          db,
          batch.map(({ step }) => step),
        ),
      );
      return await Promise.all(
        batch.map((queued) => (written.has(queued.step.nonce) ? undefined : explain(queued))),
      );
    } catch (error) {
      // One bad row must not refuse the others.
      log.warn({ err: error, rows: batch.length }, "a batch of steps failed and goes out row by row");
      const results: (Error | undefined)[] = [];
      for (const queued of batch) results.push(await flushOne(queued));
      return results;
    }
  }

  const batcher: Batcher<Queued> = createBatcher({
    maxItems: maxRows,
    maxBytes: largePayloadBytes,
    sizeOf: ({ step }) => Buffer.byteLength(step.payload),
    flush,
    clock,
  });
  return { append: (step, signal) => batcher.add({ step, signal }) };
}
