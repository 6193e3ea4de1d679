import { describe, expect, it } from "vitest";
import {
  daysMoved,
  describeEntry,
  type Entry,
  fitOn,
  frequentTasks,
  paceOf,
  placeDays,
  runsOf,
  timesOf,
  wordsOfFolded,
} from "./rules.ts";

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

describe("what runs many times a day", () => {
  const rare = entryOf({ taskId: "task_rare" });
  const watch = { ...many, taskId: "task_watch" };
  const hourly = { ...many, taskId: "task_hourly", count: 24 };
  const calendar = {
    days: [{ date: "2026-11-20", count: 313, items: [watch, hourly, rare] }],
    truncated: false,
  };

  it("comes after what does not, the most frequent last, and says how often", () => {
    const paces = new Map([["task_watch", "Every 5 minutes"]]);
    const [day] = placeDays(["2026-11-20"], "2026-11-20", calendar, paces);
    expect(day?.items).toEqual([rare, hourly, { ...watch, pace: "Every 5 minutes" }]);
    expect(frequentTasks(calendar)).toEqual(["task_hourly", "task_watch"]);
  });

  it("is told without zone and bounds", () => {
    const schedule = { kind: "cron", cron: "*/7 9-17 * * *", timezone: "UTC" } as const;
    const words = "Every 7 minutes from each full hour on, between 09:00 and 17:59";
    expect(paceOf({ schedule, scheduleDescription: `${words}, UTC time, at most 9 runs` })).toBe(words);
    const every = { kind: "every", seconds: 120 } as const;
    expect(paceOf({ schedule: every, scheduleDescription: "Every 2 minutes, at most 9 runs" })).toBe(
      "Every 2 minutes",
    );
    expect(paceOf({ schedule: null, scheduleDescription: null })).toBe("");
  });

  it.each<[string, number, readonly Entry[], readonly [number, number, number]]>([
    ["all that fits", 4, [rare, rare, hourly, watch], [4, 0, 0]],
    ["it folded into the last line", 4, [rare, rare, hourly, hourly, watch], [2, 3, 0]],
    ["the first ones", 4, [rare, rare, rare, rare, hourly, watch], [3, 0, 3]],
    ["the first of what runs rarely", 4, [rare, rare, rare, rare, rare], [3, 0, 2]],
    ["nothing", 4, [], [0, 0, 0]],
  ])("a day shows %s", (_, lines, items, [shown, folded, more]) => {
    const fit = fitOn(lines, items);
    expect([fit.shown.length, fit.folded.length, fit.more]).toEqual([shown, folded, more]);
  });

  it("is counted where it is folded", () => {
    expect(wordsOfFolded([watch, hourly])).toBe("2 frequent tasks, 312 runs");
  });
});

it("keys move between days", () => {
  expect(daysMoved("ArrowDown", 2)).toBe(7);
  expect(daysMoved("ArrowLeft", 0)).toBe(-1);
  expect([daysMoved("Home", 4), daysMoved("End", 4)]).toEqual([-4, 2]);
  expect(daysMoved("x", 4)).toBeUndefined();
});
