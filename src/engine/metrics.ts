import { defineCounter, defineHistogram, type Metric, type Metrics } from "../base/metrics.ts";
import type { Execution, NewExecution } from "./execution.ts";

const executionsEnded = defineCounter({
  name: "errand_executions_ended_total",
  help: "Executions that ended, by kind, final status and outcome. Each is counted by the process that ended it.",
  labels: ["kind", "status", "outcome"],
});

export const jobDuration = defineHistogram({
  name: "errand_job_duration_seconds",
  help: "Runs of background jobs. Result: done, failed (will run again), gave_up or given_back (at a stop).",
  labels: ["job", "result"],
  buckets: [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60],
  maxValues: 200,
});

export const engineMetrics: readonly Metric[] = [executionsEnded, jobDuration];

/** Counts an execution that has just ended. */
export function countEnded(
  metrics: Metrics,
  { kind, status, outcome }: Pick<Execution, "kind" | "status" | "outcome">,
): void {
  metrics.count(executionsEnded, { kind, status, outcome: outcome ?? "none" });
}

/** Counts an execution that was recorded as skipped and never runs. */
export function countSkipped(metrics: Metrics, { kind }: Pick<NewExecution, "kind">): void {
  metrics.count(executionsEnded, { kind, status: "skipped", outcome: "none" });
}
