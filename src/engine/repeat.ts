import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";

/**
 * Runs `work` every `everyMs` milliseconds after its last end, so never twice at once. Failures are logged and the
 * loop goes on. The answer stops it and resolves when nothing of it runs any more.
 */
export function repeat(
  tools: { readonly clock: Clock; readonly log: Logger },
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
