import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type * as definitions from "../base/metrics.ts";
import type { Metric, Metrics } from "../base/metrics.ts";
import type { Database } from "../db/index.ts";
import { countQueues } from "../engine/index.ts";
import { executionsGauge, oldestGauge, workersGauge } from "./metrics-reference.ts";

/** The process's figures: where they go in, and their text for `/metrics`. */
export interface ProcessMetrics extends Metrics {
  /** Makes metrics appear before their first value. Throws if two have the same name. */
  declare(metrics: readonly Metric[]): void;
  /**
   * In Prometheus's text format. Figures of the queues come from the database when asked, so that every process
   * answers the same and none has to be the one that counts.
   */
  text(db: Database): Promise<string>;
}

type Labels = Readonly<Record<string, string>>;

const defaultMaxValues = 50;
const longestValue = 100;
const otherValue = "other";

/** One registry per program; nothing is global. `count` and `observe` never throw. */
export function createMetrics(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "errand_" });
  const counters = createSeries(
    ({ name, help, labels }: definitions.Counter) =>
      new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
  );
  const histograms = createSeries(
    ({ name, help, labels, buckets }: definitions.Histogram) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] }),
  );
  const gauges = createSeries(
    ({ name, help, labels }: definitions.Gauge) =>
      new Gauge({ name, help, labelNames: [...labels], registers: [registry] }),
  );
  return {
    count(counter, labels, by = 1) {
      if (!(by > 0)) return;
      const { target, bound } = counters.find(counter);
      target.inc(bound(labels), by);
    },
    observe(histogram, labels, value) {
      if (!Number.isFinite(value)) return;
      const { target, bound } = histograms.find(histogram);
      target.observe(bound(labels), value);
    },
    declare(metrics) {
      for (const metric of metrics) {
        if (metric.kind === "counter") counters.find(metric);
        else if (metric.kind === "histogram") histograms.find(metric);
        else gauges.find(metric);
      }
    },
    async text(db) {
      const counts = await countQueues(db);
      const executions = gauges.find(executionsGauge).target;
      const oldest = gauges.find(oldestGauge).target;
      executions.reset();
      oldest.reset();
      for (const { status, lane, count } of counts.executions) executions.set({ status, lane }, count);
      for (const { lane, seconds } of counts.oldest) oldest.set({ lane }, seconds);
      gauges.find(workersGauge).target.set(counts.workers);
      return await registry.metrics();
    },
  };
}

/** prom-client's metric of each definition, made when first asked for. */
function createSeries<D extends Metric, T>(create: (definition: D) => T) {
  const made = new Map<D, { readonly target: T; readonly bound: (labels: Labels) => Labels }>();
  return {
    find(definition: D) {
      const known = made.get(definition);
      if (known !== undefined) return known;
      const entry = { target: create(definition), bound: createBound(definition) };
      made.set(definition, entry);
      return entry;
    },
  };
}

/** Keeps the number of series finite, whatever names of models or codes people bring. */
function createBound({ labels, maxValues = defaultMaxValues }: Metric): (values: Labels) => Labels {
  const seen = new Map(labels.map((label) => [label, new Set<string>()]));
  return (values) => {
    const bound: Record<string, string> = {};
    for (const [label, known] of seen) {
      const value = (values[label] ?? "").slice(0, longestValue);
      const fits = known.has(value) || known.size < maxValues;
      if (fits) known.add(value);
      bound[label] = fits ? value : otherValue;
    }
    return bound;
  };
}
