import { apiMetrics } from "../api/index.ts";
import type { Gauge, Metric } from "../base/metrics.ts";
import { engineMetrics, type Module } from "../engine/index.ts";

export const executionsGauge: Gauge = {
  kind: "gauge",
  name: "errand_executions",
  help: "Executions that are queued, running or waiting, by lane.",
  labels: ["status", "lane"],
};

export const oldestGauge: Gauge = {
  kind: "gauge",
  name: "errand_queue_oldest_seconds",
  help: "Age of the execution that has been due for longest, by lane.",
  labels: ["lane"],
};

export const workersGauge: Gauge = {
  kind: "gauge",
  name: "errand_workers",
  help: "Worker processes with a live lease.",
  labels: [],
};

/** Every metric of the program beside those of the process itself. */
export function allMetrics(modules: readonly Module[]): readonly Metric[] {
  return [
    ...[executionsGauge, oldestGauge, workersGauge],
    ...engineMetrics,
    ...apiMetrics,
    ...modules.flatMap(({ metrics }) => metrics ?? []),
  ];
}

/** The reference page's table, in Markdown. */
export function renderMetrics(metrics: readonly Metric[]): string {
  const rows = metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kind, labels, help }) => {
      const names = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${kind} | ${names} | ${help} |`;
    });
  return ["| metric | type | labels | meaning |", "|---|---|---|---|", ...rows, ""].join("\n");
}
