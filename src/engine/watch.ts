import { encodeChange, type PlacedChange } from "../base/change.ts";
import { pause } from "../base/clock.ts";
import type { Core } from "./core.ts";

/** Behind the signals, which may be lost, and behind those that name no object: they come when there is much to do. */
const pollMs = 1_000;

/**
 * Yields at once and then whenever the object may have changed, at least every second, until `signal` aborts. What
 * happened while the consumer was busy is one yield.
 */
export async function* watch(
  core: Core,
  object: PlacedChange,
  signal: AbortSignal,
): AsyncGenerator<void, void, void> {
  const itself = encodeChange(object);
  let changed = new AbortController();
  const unlisten = core.signals.listen("live", (payload) => {
    if (payload === "" || payload === itself) changed.abort();
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
