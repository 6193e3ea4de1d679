import type { Figures, Load } from "./subject.ts";

/** The value below which the given share (0 to 1) of the values lies, by nearest rank. Throws on no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error("quantile of no values");
  return value;
}

/** The middle value, or the mean of the two middle ones. Throws on no values. */
export function median(values: readonly number[]): number {
  return (
    (quantile(values, 0.5) +
      -quantile(
        values.map((value) => -value),
        0.5,
      )) /
    2
  );
}

/** Turns the latency of each execution and the time of all together (milliseconds) into figures. */
export function summarizeLoad(
  load: Pick<Load, "steps" | "concurrency">,
  latenciesMs: readonly number[],
  elapsedMs: number,
): Figures {
  const executionsPerSecond = (latenciesMs.length * 1000) / elapsedMs;
  return {
    executions: latenciesMs.length,
    steps: load.steps,
    concurrency: load.concurrency,
    elapsedMs,
    executionsPerSecond,
    stepsPerSecond: executionsPerSecond * load.steps,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}
