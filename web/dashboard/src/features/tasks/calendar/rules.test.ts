import { describe, expect, it } from "vitest";
import { daysMoved, describeEntry, type Entry, placeDays, runsOf, shownOf, timesOf } from "./rules.ts";

function entryOf(changes: Partial<Entry> = {}): Entry {
  return {
    taskId: "task_1",
    name: "Watch",
    agentId: null,
    contactId: null,
    state: "active",
    at: "2026-11-20T08:00:00.000Z",
    until: "2026-11-20T08:00:00.000Z",
    count: 1,
    ...changes,
  };
}

const many = entryOf({ at: "2026-11-19T23:00:00.000Z", until: "2026-11-20T22:55:00.000Z", count: 288 });

describe("an entry", () => {
  it("has its time in the zone", () => {
    expect(timesOf(entryOf(), "Europe/Berlin")).toBe("09:00");
    expect(timesOf(many, "Europe/Berlin")).toBe("00:00–23:55");
    expect(timesOf(entryOf({ count: 4 }), "UTC")).toBe("08:00");
  });

  it("is told in words", () => {
    expect(describeEntry(entryOf(), "Europe/Berlin")).toBe("Watch at 09:00");
    expect(describeEntry(many, "Europe/Berlin")).toBe("Watch, 288 runs from 00:00 to 23:55");
    expect(runsOf(1)).toBe("1 run");
    expect(runsOf(1_440)).toBe("1,440 runs");
  });
});

it("days without runs are there too", () => {
  const day = { date: "2026-11-20", count: 1, items: [entryOf()] };
  const calendar = { days: [day], truncated: false };
  expect(placeDays(["2026-11-19", "2026-11-20", "2026-11-21"], "2026-11-20", calendar)).toEqual([
    { date: "2026-11-19", isPast: true, isToday: false, count: 0, items: [] },
    { ...day, isPast: false, isToday: true },
    { date: "2026-11-21", isPast: false, isToday: false, count: 0, items: [] },
  ]);
  expect(placeDays(["2026-11-21"], "2026-11-20", undefined)).toHaveLength(1);
});

it.each([
  [0, 4, 0],
  [4, 4, 4],
  [5, 4, 3],
  [200, 4, 3],
])("of %i entries on %i lines %i are shown", (count, lines, shown) => {
  expect(shownOf(count, lines)).toBe(shown);
});

it("keys move between days", () => {
  expect(daysMoved("ArrowDown", 2)).toBe(7);
  expect(daysMoved("ArrowLeft", 0)).toBe(-1);
  expect([daysMoved("Home", 4), daysMoved("End", 4)]).toEqual([-4, 2]);
  expect(daysMoved("x", 4)).toBeUndefined();
});
