import { describe, expect, it } from "vitest";
import { median, quantile, summarizeLoad } from "./figures.ts";

describe("quantile", () => {
  it("takes the nearest rank whatever the order", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(values, 0.5)).toBe(50);
    expect(quantile(values, 0.99)).toBe(99);
    expect(quantile(values, 1)).toBe(100);
    expect(quantile([7], 0.01)).toBe(7);
  });

  it("refuses to invent a value", () => {
    expect(() => quantile([], 0.5)).toThrow("no values");
  });
});

describe("median", () => {
  it("is the middle value, or the mean of the two middle ones", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
  });
});

describe("summarizeLoad", () => {
  it("turns latencies and elapsed time into rates", () => {
    const figures = summarizeLoad({ steps: 10, concurrency: 2 }, [10, 20, 30, 40], 50);
    expect(figures).toEqual({
      executions: 4,
      steps: 10,
      concurrency: 2,
      elapsedMs: 50,
      executionsPerSecond: 80,
      stepsPerSecond: 800,
      p50Ms: 20,
      p99Ms: 40,
    });
  });
});
