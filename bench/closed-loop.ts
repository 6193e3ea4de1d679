import { summarizeLoad } from "./figures.ts";
import type { Figures, Load } from "./subject.ts";

/** Carries out one execution and answers how many steps it made. */
export type RunOne = (index: number) => Promise<number>;

/**
 * Keeps `load.concurrency` executions in flight until all are done: first the warm-up, then the measured ones.
 * `now` is a monotonic time in milliseconds. Rejects when an execution fails or made another number of steps.
 */
export async function runClosedLoop(load: Load, now: () => number, runOne: RunOne): Promise<Figures> {
  await keepInFlight(load.warmup, load, now, runOne);
  const startedAt = now();
  const latencies = await keepInFlight(load.executions, load, now, runOne);
  return summarizeLoad(load, latencies, now() - startedAt);
}

async function keepInFlight(
  executions: number,
  load: Load,
  now: () => number,
  runOne: RunOne,
): Promise<number[]> {
  const latencies: number[] = [];
  let next = 0;
  async function runPlace(): Promise<void> {
    while (next < executions) {
      const index = next++;
      const startedAt = now();
      const steps = await runOne(index);
      latencies.push(now() - startedAt);
      if (steps !== load.steps) throw new Error(`execution ${index} made ${steps} steps, not ${load.steps}`);
    }
  }
  await Promise.all(Array.from({ length: Math.min(load.concurrency, executions) }, runPlace));
  return latencies;
}
