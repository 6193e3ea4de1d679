import { expect, test } from "vitest";
import { jitterMs } from "./jitter.ts";
import type { Schedule } from "./schema.ts";

const schedule: Schedule = { kind: "hourly", timezone: "UTC", minute: 0, jitterSeconds: 10 };
const tick = new Date("2026-11-20T12:00Z");

test("is none unless the schedule says so", () => {
  expect(jitterMs({ kind: "hourly", timezone: "UTC", minute: 0 }, "a", tick)).toBe(0);
  expect(jitterMs({ ...schedule, jitterSeconds: 0 }, "a", tick)).toBe(0);
});

test("is the same for the same run, and another for another run or task", () => {
  expect(jitterMs(schedule, "task-1", tick)).toBe(jitterMs({ ...schedule }, "task-1", new Date(tick)));
  const others = new Set([
    jitterMs(schedule, "task-1", tick),
    jitterMs(schedule, "task-2", tick),
    jitterMs(schedule, "task-1", new Date("2026-11-20T13:00Z")),
  ]);
  expect(others.size).toBe(3);
});

test("spreads evenly over the whole range, for tasks at one tick and for ticks of one task", () => {
  const tenths = (jitters: readonly number[]): number[] => {
    const counts = new Array<number>(10).fill(0);
    for (const jitter of jitters) {
      expect(Number.isInteger(jitter)).toBe(true);
      expect(jitter).toBeGreaterThanOrEqual(0);
      expect(jitter).toBeLessThanOrEqual(10_000);
      const index = Math.min(Math.floor(jitter / 1_000), 9);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return counts;
  };
  const numbers = Array.from({ length: 10_000 }, (_, index) => index);
  const byTask = numbers.map((index) => jitterMs(schedule, `task-${index}`, tick));
  const byTick = numbers.map((index) =>
    jitterMs(schedule, "task", new Date(tick.getTime() + index * 60_000)),
  );
  for (const count of [...tenths(byTask), ...tenths(byTick)]) {
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1_150);
  }
});
