import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";

interface Tools {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Loop {
  readonly what: string;
  readonly everyMs: number;
  /**
   * From where the time to the next pass counts. `end` (default) leaves the database a rest however long a pass took;
   * `start` is for what must have been done every so often: a pass that took longer is followed by the next at once.
   */
  readonly from?: "start" | "end";
}

/**
 * Runs `work` every `everyMs` milliseconds, never twice at once. Failures are logged and the loop goes on. The answer
 * stops it and resolves when nothing of it runs any more.
 */
export function repeat(tools: Tools, loop: Loop, work: () => Promise<void>): () => Promise<void> {
  const { clock, log } = tools;
  const { everyMs, what, from = "end" } = loop;
  let stopped = false;
  let current = Promise.resolve();
  let cancel = clock.after(everyMs, tick);

  function tick(): void {
    const begunAt = clock.monotonicMs();
    current = work()
      .catch((error: unknown) => log.warn({ err: error }, `${what} failed`))
      .finally(() => {
        const spentMs = from === "start" ? clock.monotonicMs() - begunAt : 0;
        if (!stopped) cancel = clock.after(Math.max(0, everyMs - spentMs), tick);
      });
  }

  return () => {
    stopped = true;
    cancel();
    return current;
  };
}

export interface DueLoop {
  readonly what: string;
  /** Milliseconds until the next pass at the latest, and after one that failed. */
  readonly atMostEveryMs: number;
  /** Calls `wake` when something may have become due earlier; answers what stops that. */
  listen(wake: () => void): () => void;
}

/**
 * Runs `work` at once and then whenever something is due: `work` answers how many milliseconds that will take, and
 * whoever wakes the loop cuts it short. Never twice at once; a wake during a pass means one more after it. Failures are
 * logged and the loop goes on. The answer stops it and resolves when nothing of it runs any more; `isStopped` tells a
 * long pass.
 */
export function repeatWhenDue(
  tools: Tools,
  loop: DueLoop,
  work: (isStopped: () => boolean) => Promise<number>,
): () => Promise<void> {
  let stopped = false;
  let again = false;
  let current: Promise<void> | undefined;
  let cancel: () => void = () => undefined;
  const isStopped = () => stopped;

  async function pass(): Promise<void> {
    let waitMs = loop.atMostEveryMs;
    try {
      waitMs = Math.min(waitMs, await work(isStopped));
    } catch (error) {
      tools.log.warn({ err: error }, `${loop.what} failed`);
    }
    if (!stopped) cancel = tools.clock.after(again ? 0 : waitMs, run);
  }

  function run(): void {
    if (current !== undefined) {
      again = true;
      return;
    }
    cancel();
    again = false;
    current = pass().finally(() => {
      current = undefined;
    });
  }

  const unlisten = loop.listen(run);
  run();
  return async () => {
    stopped = true;
    unlisten();
    cancel();
    await current;
  };
}
