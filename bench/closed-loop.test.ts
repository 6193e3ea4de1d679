import { describe, expect, it } from "vitest";
import { runClosedLoop } from "./closed-loop.ts";

const LOAD = { executions: 20, warmup: 7, steps: 3, concurrency: 5, databaseUrl: "", directory: "" };

/** A clock that advances by 1 ms at each reading. */
function createTickingClock(): () => number {
  let ms = 0;
  return () => ms++;
}

describe("runClosedLoop", () => {
  it("keeps no more than the given number in flight and counts only what follows the warm-up", async () => {
    let inFlight = 0;
    let most = 0;
    let runs = 0;
    const figures = await runClosedLoop(LOAD, createTickingClock(), async () => {
      most = Math.max(most, ++inFlight);
      await new Promise(setImmediate);
      inFlight--;
      runs++;
      return 3;
    });
    expect(most).toBe(5);
    expect(runs).toBe(27);
    expect(figures.executions).toBe(20);
  });

  it("rejects when an execution lacks a step", async () => {
    const run = runClosedLoop(LOAD, createTickingClock(), async (index) => (index === 4 ? 2 : 3));
    await expect(run).rejects.toThrow("execution 4 made 2 steps, not 3");
  });
});
