import type { Logger } from "../base/log.ts";

export type Cleanup = () => Promise<void>;

export interface Teardown {
  /** What was started last is stopped first. */
  readonly add: (what: string, cleanup: Cleanup) => void;
  /** Stops everything once; a failure is logged and does not keep the rest from stopping. */
  readonly run: () => Promise<void>;
}

export function createTeardown(log: Logger): Teardown {
  const cleanups: { readonly what: string; readonly cleanup: Cleanup }[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const { what, cleanup } of cleanups.reverse()) {
      await cleanup().catch((error: unknown) => log.warn({ err: error }, `stopping ${what} failed`));
    }
  }

  return {
    add: (what, cleanup) => {
      cleanups.push({ what, cleanup });
    },
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
