import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anySchedules, modernDates } from "./arbitraries.test-support.ts";
import { nextRun, runsBetween } from "./runs.ts";
import type { Schedule } from "./schema.ts";

const EPOCH = new Date(0);

/** Returns the next `count` runs as "2026-03-29T01:00Z". */
function runs(schedule: Schedule, after: string, count: number, anchor = EPOCH): string[] {
  const result: string[] = [];
  let at = nextRun(schedule, new Date(after), anchor);
  while (at !== null && result.length < count) {
    result.push(at.toISOString().replace(/:00\.000Z$/, "Z"));
    at = nextRun(schedule, at, anchor);
  }
  return result;
}

const daily = (timezone: string, time: string): Schedule => ({ kind: "daily", timezone, time });
const cron = (timezone: string, text: string): Schedule => ({ kind: "cron", timezone, cron: text });
const once = (timezone: string, at: string): Schedule => ({ kind: "once", timezone, at });

describe("fixed times", () => {
  test.each<[string, Schedule, string, string[]]>([
    [
      "in a gap run at its end",
      daily("Europe/Berlin", "02:30"),
      "2026-03-27T12:00Z",
      ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"],
    ],
    [
      "in a repeated hour run in the first pass only",
      daily("Europe/Berlin", "02:30"),
      "2026-10-23T12:00Z",
      ["2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ],
    [
      "in a repeated hour are over in the second pass",
      daily("America/New_York", "01:30"),
      "2026-11-01T06:10Z",
      ["2026-11-02T06:30Z"],
    ],
    [
      "of a cron run once in a repeated hour",
      cron("America/New_York", "0,59 1,2 * * *"),
      "2026-10-31T12:00Z",
      [
        "2026-11-01T05:00Z",
        "2026-11-01T05:59Z",
        "2026-11-01T07:00Z",
        "2026-11-01T07:59Z",
        "2026-11-02T06:00Z",
      ],
    ],
    [
      "several in one gap are one run, also with the time at its end",
      cron("America/New_York", "0,15,30,45 2-3 * * *"),
      "2026-03-08T06:59Z",
      [
        "2026-03-08T07:00Z",
        "2026-03-08T07:15Z",
        "2026-03-08T07:30Z",
        "2026-03-08T07:45Z",
        "2026-03-09T06:00Z",
      ],
    ],
    [
      "written as a range are fixed ones",
      cron("Europe/Berlin", "0-59 2 29 3 *"),
      "2026-03-01T00:00Z",
      ["2026-03-29T01:00Z", "2027-03-29T00:00Z"],
    ],
    [
      "in a gap of 30 minutes (Lord Howe)",
      daily("Australia/Lord_Howe", "02:15"),
      "2026-10-02T20:00Z",
      ["2026-10-03T15:30Z", "2026-10-04T15:15Z"],
    ],
    [
      "in a repeated half hour (Lord Howe)",
      daily("Australia/Lord_Howe", "01:45"),
      "2026-04-03T20:00Z",
      ["2026-04-04T14:45Z", "2026-04-05T15:15Z"],
    ],
    [
      "in a gap of 20 minutes (Singapore, 1933)",
      daily("Asia/Singapore", "00:10"),
      "1932-12-31T00:00Z",
      ["1932-12-31T17:00Z", "1933-01-01T16:50Z"],
    ],
    [
      "in a gap of 15 minutes (Kathmandu, 1986)",
      daily("Asia/Kathmandu", "00:05"),
      "1985-12-30T00:00Z",
      ["1985-12-30T18:35Z", "1985-12-31T18:30Z", "1986-01-01T18:20Z"],
    ],
    [
      "in a zone of quarter hours (Kathmandu)",
      daily("Asia/Kathmandu", "09:00"),
      "2027-01-01T04:00Z",
      ["2027-01-02T03:15Z"],
    ],
    [
      "at an offset of seconds (Monrovia until 1972)",
      daily("Africa/Monrovia", "00:10"),
      "1972-01-05T12:00Z",
      ["1972-01-06T00:54:30.000Z", "1972-01-07T00:44:30.000Z", "1972-01-08T00:10Z"],
    ],
    [
      "at a midnight that does not exist (Sao Paulo)",
      daily("America/Sao_Paulo", "00:00"),
      "2018-11-02T12:00Z",
      ["2018-11-03T03:00Z", "2018-11-04T03:00Z", "2018-11-05T02:00Z"],
    ],
    [
      "before a midnight that comes twice (Sao Paulo)",
      daily("America/Sao_Paulo", "23:30"),
      "2018-02-16T12:00Z",
      ["2018-02-17T01:30Z", "2018-02-18T01:30Z", "2018-02-19T02:30Z"],
    ],
    [
      "on both sides of midnight in one gap are one run (Nuuk: 23:00 becomes 00:00)",
      cron("America/Nuuk", "0,30 0,23 * * *"),
      "2024-03-31T00:59Z",
      ["2024-03-31T01:00Z", "2024-03-31T01:30Z", "2024-04-01T00:00Z"],
    ],
    [
      "in a gap of two hours (Troll)",
      daily("Antarctica/Troll", "01:00"),
      "2025-03-29T12:00Z",
      ["2025-03-30T01:00Z", "2025-03-30T23:00Z"],
    ],
    [
      "on a day that is left out run at the start of the next, with that day's run (Apia)",
      cron("Pacific/Apia", "0 0,12 * * *"),
      "2011-12-29T12:00Z",
      ["2011-12-29T22:00Z", "2011-12-30T10:00Z", "2011-12-30T22:00Z"],
    ],
    [
      "on a day that is left out run at the start of the next, beside that day's run (Apia)",
      daily("Pacific/Apia", "09:00"),
      "2011-12-29T12:00Z",
      ["2011-12-29T19:00Z", "2011-12-30T10:00Z", "2011-12-30T19:00Z"],
    ],
    [
      "around Ramadan (Casablanca goes back in February and forward in April)",
      daily("Africa/Casablanca", "02:30"),
      "2025-02-22T00:00Z",
      ["2025-02-22T01:30Z", "2025-02-23T01:30Z", "2025-02-24T02:30Z"],
    ],
    [
      "in Casablanca's gap",
      daily("Africa/Casablanca", "02:30"),
      "2025-04-05T00:00Z",
      ["2025-04-05T02:30Z", "2025-04-06T02:00Z", "2025-04-07T01:30Z"],
    ],
  ])("%s", (_name, schedule, after, expected) => {
    expect(runs(schedule, after, expected.length)).toEqual(expected);
  });
});

describe("times that follow the clock", () => {
  test.each<[string, Schedule, string, string[]]>([
    [
      "are left out in a gap",
      cron("Europe/Berlin", "*/30 2 * * *"),
      "2026-03-28T00:00Z",
      ["2026-03-28T01:00Z", "2026-03-28T01:30Z", "2026-03-30T00:00Z"],
    ],
    [
      "come twice in a repeated hour",
      cron("Europe/Berlin", "*/30 2 * * *"),
      "2026-10-25T00:00Z",
      ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-26T01:00Z"],
    ],
    [
      "every two hours over a gap",
      cron("America/New_York", "0 */2 * * *"),
      "2026-03-08T04:00Z",
      ["2026-03-08T05:00Z", "2026-03-08T08:00Z", "2026-03-08T10:00Z"],
    ],
    [
      "each hour over a repeated hour",
      cron("America/New_York", "15 * * * *"),
      "2026-11-01T04:00Z",
      ["2026-11-01T04:15Z", "2026-11-01T05:15Z", "2026-11-01T06:15Z", "2026-11-01T07:15Z"],
    ],
    [
      "with a step in the hour alone",
      cron("Europe/Berlin", "30 2-2/1 * * *"),
      "2026-03-28T00:00Z",
      ["2026-03-28T01:30Z", "2026-03-30T00:30Z"],
    ],
    [
      "over half an hour (Lord Howe)",
      cron("Australia/Lord_Howe", "*/20 * * * *"),
      "2026-04-04T14:30Z",
      ["2026-04-04T14:40Z", "2026-04-04T15:10Z", "2026-04-04T15:30Z", "2026-04-04T15:50Z"],
    ],
    [
      "on a day that is left out never (Apia)",
      cron("Pacific/Apia", "0 */12 * * *"),
      "2011-12-29T12:00Z",
      ["2011-12-29T22:00Z", "2011-12-30T10:00Z", "2011-12-30T22:00Z"],
    ],
    [
      "at an offset of seconds (Monrovia until 1972)",
      cron("Africa/Monrovia", "0 * * * *"),
      "1972-01-06T23:00Z",
      ["1972-01-06T23:44:30.000Z", "1972-01-07T01:00Z"],
    ],
    [
      "that the zone skips each time they come, never",
      cron("Europe/Berlin", "*/30 2 * 3 SUN#L"),
      "2026-01-01T00:00Z",
      [],
    ],
    ["on a date that no year has, never", cron("UTC", "*/30 2 31 2 *"), "2026-01-01T00:00Z", []],
  ])("%s", (_name, schedule, after, expected) => {
    expect(runs(schedule, after, Math.max(expected.length, 1))).toEqual(expected);
  });
});

describe("once", () => {
  test.each([
    ["Europe/Berlin", "2027-03-01T09:00", "2027-03-01T08:00Z"],
    ["Europe/Berlin", "2027-03-01T09:00:30", "2027-03-01T08:00:30.000Z"],
    ["Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:00Z"],
    ["Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30Z"],
    ["UTC", "9999-12-31T23:59:59", "9999-12-31T23:59:59.000Z"],
  ])("%s %s is %s and nothing after", (timezone, at, expected) => {
    const schedule = once(timezone, at);
    expect(runs(schedule, "2026-01-01T00:00Z", 3)).toEqual([expected]);
    expect(nextRun(schedule, new Date(Date.parse(expected) - 1), EPOCH)).toEqual(new Date(expected));
    expect(nextRun(schedule, new Date(expected), EPOCH)).toBeNull();
  });
});

describe("every n-th day", () => {
  const every3: Schedule = { kind: "daily", timezone: "America/New_York", time: "09:00", everyDays: 3 };

  test("counts from the local date of the anchor, which is itself a day of runs", () => {
    // 03:00 UTC on the 11th is still the 10th in New York.
    const anchor = new Date("2026-03-11T03:00Z");
    expect(runs(every3, "2026-03-10T12:00Z", 3, anchor)).toEqual([
      "2026-03-10T13:00Z",
      "2026-03-13T13:00Z",
      "2026-03-16T13:00Z",
    ]);
    expect(runs(every3, "2026-03-05T00:00Z", 2, anchor)).toEqual(["2026-03-07T14:00Z", "2026-03-10T13:00Z"]);
  });

  test("is the same from any moment in between", () => {
    const anchor = new Date("2026-03-10T20:00Z");
    for (const after of ["2026-03-10T20:00Z", "2026-03-11T13:00Z", "2026-03-13T12:59Z"]) {
      expect(runs(every3, after, 1, anchor)).toEqual(["2026-03-13T13:00Z"]);
    }
  });
});

test.each<Schedule>([
  cron("UTC", "61 * * * *"),
  cron("Mars/Olympus", "* * * * *"),
  once("UTC", "2027-02-30T09:00"),
  daily("UTC", "24:00"),
])("a schedule that cannot be is an error: %o", (schedule) => {
  expect(() => nextRun(schedule, EPOCH, EPOCH)).toThrow(RangeError);
});

describe("runs between", () => {
  const between = (schedule: Schedule, after: string, until: string) => {
    const { count, first, last } = runsBetween(schedule, new Date(after), new Date(until), EPOCH);
    return [count, first?.toISOString() ?? null, last?.toISOString() ?? null];
  };

  test.each<[Schedule, string, string, [number, string | null, string | null]]>([
    [daily("UTC", "09:00"), "2026-01-01T09:00Z", "2026-01-02T08:59Z", [0, null, null]],
    [
      daily("UTC", "09:00"),
      "2026-01-01T08:59Z",
      "2026-01-01T09:00Z",
      [1, "2026-01-01T09:00:00.000Z", "2026-01-01T09:00:00.000Z"],
    ],
    [cron("UTC", "0 9 31 2 *"), "2026-01-01T00:00Z", "2027-01-01T00:00Z", [0, null, null]],
    // A year of minutes: clocks that follow count the hour that came twice and not the one left out.
    [
      cron("Europe/Berlin", "* * * * *"),
      "2025-12-31T23:00Z",
      "2026-12-31T23:00Z",
      [525_600, "2025-12-31T23:01:00.000Z", "2026-12-31T23:00:00.000Z"],
    ],
    // The same minutes as fixed times: 60 in the gap are one run with 03:00, the repeated 60 run once.
    [
      cron("Europe/Berlin", "0-59 0-23 * * *"),
      "2025-12-31T23:00Z",
      "2026-12-31T23:00Z",
      [525_600 - 60, "2025-12-31T23:01:00.000Z", "2026-12-31T23:00:00.000Z"],
    ],
    [
      cron("Europe/Berlin", "0,30 2 29 3 *"),
      "2026-03-01T00:00Z",
      "2026-04-01T00:00Z",
      [1, "2026-03-29T01:00:00.000Z", "2026-03-29T01:00:00.000Z"],
    ],
    [daily("Europe/Berlin", "02:30"), "2026-10-25T00:30Z", "2026-10-25T01:30Z", [0, null, null]],
  ])("%o after %s until %s", (schedule, after, until, expected) => {
    expect(between(schedule, after, until)).toEqual(expected);
  });

  test("of fifty years of minutes take well under a second", () => {
    const started = performance.now();
    const { count } = runsBetween(cron("Europe/Berlin", "* * * * *"), EPOCH, new Date("2020-01-01"), EPOCH);
    expect(count).toBe(50 * 365 * 1_440 + 12 * 1_440);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("any schedule", () => {
  test("has runs that only go forward, and the same ones from any moment between two", () => {
    fc.assert(
      fc.property(anySchedules, modernDates, modernDates, (schedule, after, anchor) => {
        let previous = after;
        for (let n = 0; n < 5; n += 1) {
          const next = nextRun(schedule, previous, anchor);
          if (next === null) return;
          expect(next.getTime()).toBeGreaterThan(previous.getTime());
          const between = new Date(Math.floor((previous.getTime() + next.getTime()) / 2));
          expect(nextRun(schedule, between, anchor)).toEqual(next);
          expect(nextRun(schedule, new Date(next.getTime() - 1), anchor)).toEqual(next);
          previous = next;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("has as many runs between two moments as there are when one goes through them", () => {
    const hours = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(anySchedules, modernDates, hours, modernDates, (schedule, after, span, anchor) => {
        const until = new Date(after.getTime() + span * 3_600_000);
        const seen: Date[] = [];
        let at = nextRun(schedule, after, anchor);
        for (; at !== null && at <= until && seen.length < 400; at = nextRun(schedule, at, anchor))
          seen.push(at);
        const end = at !== null && at <= until ? new Date(at.getTime() - 1) : until;
        expect(runsBetween(schedule, after, end, anchor)).toEqual({
          count: seen.length,
          first: seen[0] ?? null,
          last: seen.at(-1) ?? null,
        });
      }),
      { numRuns: 2_000 },
    );
  });
});
