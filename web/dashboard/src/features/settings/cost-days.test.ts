import { expect, test } from "vitest";
import { fillDays, shortDay } from "./cost-days.ts";

test("days without calls are there, and the order is that of time", () => {
  const items = [
    { day: "2026-03-01", costUsd: "1.5", calls: 3 },
    { day: "2026-02-27", costUsd: "0.25", calls: 1 },
  ];
  expect(fillDays(items, "2026-02-27", "2026-03-01")).toEqual([
    { day: "2026-02-27", costUsd: 0.25, calls: 1 },
    { day: "2026-02-28", costUsd: 0, calls: 0 },
    { day: "2026-03-01", costUsd: 1.5, calls: 3 },
  ]);
});

test("a range over a change of clocks has each day once", () => {
  const days = fillDays([], "2026-10-24", "2026-10-27").map(({ day }) => day);
  expect(days).toEqual(["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"]);
});

test("a day is short", () => {
  expect(shortDay("2026-11-05")).toBe("5 Nov");
});
