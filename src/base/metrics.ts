/**
 * What a module counts and measures. Definitions are constants beside the code that uses them; the program collects
 * them for `/metrics` and for docs/reference/metrics.md. Label values come from small closed sets, never ids, so that
 * the number of series stays bounded.
 */
export interface Counter<L extends string = string> extends MetricOf<L> {
  readonly kind: "counter";
}

/** A distribution: its `_count` is how many there were. */
export interface Histogram<L extends string = string> extends MetricOf<L> {
  readonly kind: "histogram";
  /** Upper bounds, rising. */
  readonly buckets: readonly number[];
}

/** A figure that is read when somebody asks for the metrics. */
export interface Gauge<L extends string = string> extends MetricOf<L> {
  readonly kind: "gauge";
}

interface MetricOf<L extends string> {
  /** With the prefix `errand_` and the unit at the end. */
  readonly name: string;
  /** One sentence, for the collector and the reference page. */
  readonly help: string;
  readonly labels: readonly L[];
  /** How many different values one label may have; what comes after counts as `other`. Default 50. */
  readonly maxValues?: number;
}

export type Metric = Counter | Gauge | Histogram;

/** Where the program's figures go. */
export interface Metrics {
  count<L extends string>(
    counter: Counter<L>,
    labels: Readonly<Record<NoInfer<L>, string>>,
    by?: number,
  ): void;
  observe<L extends string>(
    histogram: Histogram<L>,
    labels: Readonly<Record<NoInfer<L>, string>>,
    value: number,
  ): void;
}

/** For programs whose figures nobody reads. */
export const noMetrics: Metrics = { count: () => undefined, observe: () => undefined };

/** Declares a counter with its label names kept as a type. */
export function defineCounter<const L extends string>(counter: Omit<Counter<L>, "kind">): Counter<L> {
  return { kind: "counter", ...counter };
}

/** Declares a histogram with its label names kept as a type. */
export function defineHistogram<const L extends string>(histogram: Omit<Histogram<L>, "kind">): Histogram<L> {
  return { kind: "histogram", ...histogram };
}
