import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../base/clock.ts";
import { createLogger } from "../base/log.ts";
import { repeat } from "./repeat.ts";

const tools = { clock: systemClock, log: createLogger({ level: "fatal", pretty: false }) };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** When its passes began, in milliseconds, if the second takes 5 s. */
async function startsOf(from?: "start" | "end"): Promise<readonly number[]> {
  const begunAt = performance.now();
  const starts: number[] = [];
  const stop = repeat(
    tools,
    { everyMs: 2_000, what: "a test", ...(from === undefined ? {} : { from }) },
    async () => {
      // A timer waits for a millisecond at least.
      starts.push(Math.round((performance.now() - begunAt) / 10) * 10);
      if (starts.length === 2) await new Promise((resolve) => setTimeout(resolve, 5_000));
    },
  );
  await vi.advanceTimersByTimeAsync(13_500);
  await stop();
  await vi.advanceTimersByTimeAsync(10_000);
  return starts;
}

test("rests after a pass, however long that took", async () => {
  expect(await startsOf()).toEqual([2_000, 4_000, 11_000, 13_000]);
});

test("keeps time where the time counts from the start: a slow pass is followed at once", async () => {
  expect(await startsOf("start")).toEqual([2_000, 4_000, 9_000, 11_000, 13_000]);
});
