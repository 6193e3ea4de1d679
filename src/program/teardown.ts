import type { Logger } from "../base/log.ts";

export type Cleanup = () => Promise<void>;

export interface Teardown {
  /** What was started last is stopped first. */
  readonly add: (what: string, cleanup: Cleanup) => void;
  /** Stopped side by side with what was added before it, since each may take some seconds to drain. */
  readonly addBeside: (what: string, cleanup: Cleanup) => void;
  /** Stops everything once; a failure is logged and does not keep the rest from stopping. */
  readonly run: () => Promise<void>;
}

export function createTeardown(log: Logger): Teardown {
  const groups: Cleanup[][] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const group of groups.reverse()) await Promise.all(group.map((cleanup) => cleanup()));
  }

  const guarded = (what: string, cleanup: Cleanup) => async () =>
    cleanup().catch((error: unknown) => log.warn({ err: error }, `stopping ${what} failed`));

  return {
    add: (what, cleanup) => {
      groups.push([guarded(what, cleanup)]);
    },
    addBeside: (what, cleanup) => {
      const last = groups.at(-1);
      if (last === undefined) groups.push([guarded(what, cleanup)]);
      else last.push(guarded(what, cleanup));
    },
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
