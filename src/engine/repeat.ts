import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";

interface Tools {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Runs `work` every `everyMs` milliseconds after its last end, so never twice at once. Failures are logged and the
 * loop goes on. The answer stops it and resolves when nothing of it runs any more.
 */
export function repeat(
  tools: Tools,
  loop: { readonly everyMs: number; readonly what: string },
  work: () => Promise<void>,
): () => Promise<void> {
  let stopped = false;
  let current = Promise.resolve();
  let cancel = tools.clock.after(loop.everyMs, tick);

  function tick(): void {
    current = work()
      .catch((error: unknown) => tools.log.warn({ err: error }, `${loop.what} failed`))
      .finally(() => {
        if (!stopped) cancel = tools.clock.after(loop.everyMs, tick);
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
