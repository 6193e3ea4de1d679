import { pause } from "../base/clock.ts";
import type { Core } from "./core.ts";

/** Behind the signals, which may be lost. */
const pollMs = 1_000;

/**
 * Yields at once and then whenever the object may have changed, at least every second, until `signal` aborts. What
 * happened while the consumer was busy is one yield. `topic` is for instance `execution:<uuid>`.
 */
export async function* watch(
  core: Core,
  workspaceId: string,
  topic: string,
  signal: AbortSignal,
): AsyncGenerator<void, void, void> {
  let changed = new AbortController();
  const unlisten = core.signals.listen("live", (payload) => {
    if (payload === "" || payload === `${workspaceId} ${topic}`) changed.abort();
  });
  try {
    while (!signal.aborted) {
      changed = new AbortController();
      yield;
      await pause(core.clock, pollMs, AbortSignal.any([changed.signal, signal]));
    }
  } finally {
    unlisten();
  }
}
