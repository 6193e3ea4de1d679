import { describe, expect, test } from "vitest";
import { nextRun, runsBetween } from "./runs.ts";
import type { Schedule } from "./schema.ts";

/** Returns the next `count` runs as "2026-03-29T01:00Z". */
function runs(schedule: Schedule, after: string, count: number, anchor = after): string[] {
  const result: string[] = [];
  let at = nextRun(schedule, new Date(after), new Date(anchor));
  while (at !== null && result.length < count) {
    result.push(at.toISOString().replace(/:00\.000Z$/, "Z"));
    at = nextRun(schedule, at, new Date(anchor));
  }
  return result;
}

const berlin = "Europe/Berlin";

describe("hourly", () => {
  test.each<[string, string, number, string, string[]]>([
    ["twice in a repeated hour", berlin, 30, "2026-10-25T00:00Z", ["00:30", "01:30", "02:30"]],
    ["not in a skipped hour", "Europe/London", 15, "2027-03-28T00:00Z", ["00:15", "01:15", "02:15"]],
    // 02:00 becomes 02:30 at 15:30 UTC: the clock shows no 02:15 that day.
    [
      "not in a skipped half hour",
      "Australia/Lord_Howe",
      15,
      "2026-10-03T15:00Z",
      ["16:15", "17:15", "18:15"],
    ],
    // 02:00 becomes 01:30 at 15:00 UTC: the clock shows 01:45 at 14:45 and at 15:15.
    [
      "twice in a repeated half hour",
      "Australia/Lord_Howe",
      45,
      "2026-04-04T14:00Z",
      ["14:45", "15:15", "16:15"],
    ],
    ["by the minute of the zone", "Asia/Kathmandu", 0, "2027-01-01T00:00Z", ["00:15", "01:15", "02:15"]],
  ])("runs %s (%s)", (_name, timezone, minute, after, times) => {
    const expected = times.map((time) => `${after.slice(0, 11)}${time}Z`);
    expect(runs({ kind: "hourly", timezone, minute }, after, times.length)).toEqual(expected);
  });
});

describe("weekly", () => {
  const weekly = (fields: Partial<Extract<Schedule, { kind: "weekly" }>>): Schedule => ({
    ...{ kind: "weekly", timezone: berlin, weekdays: ["monday"], time: "09:00" },
    ...fields,
  });

  test("runs on each of its days, in whatever order they are named", () => {
    const schedule = weekly({ weekdays: ["sunday", "wednesday", "monday"] });
    // 25 October is the Sunday on which summer time ends.
    expect(runs(schedule, "2026-10-20T12:00Z", 4)).toEqual([
      ...["2026-10-21T07:00Z", "2026-10-25T08:00Z", "2026-10-26T08:00Z", "2026-10-28T08:00Z"],
    ]);
  });

  test("counts every n-th week over New Year, from the week of the anchor", () => {
    const schedule = weekly({ weekdays: ["monday", "sunday"], everyWeeks: 2 });
    // Friday 18 December 2026: its week has the Sunday 20th; then come the weeks of 28 December and 11 January.
    expect(runs(schedule, "2026-12-18T12:00Z", 5)).toEqual([
      ...["2026-12-20T08:00Z", "2026-12-28T08:00Z", "2027-01-03T08:00Z"],
      ...["2027-01-11T08:00Z", "2027-01-17T08:00Z"],
    ]);
  });

  test("counts in 53-week years by sevens of days and not by numbers of weeks", () => {
    const schedule = weekly({ everyWeeks: 52 });
    expect(runs(schedule, "2026-01-05T12:00Z", 3)).toEqual([
      ...["2027-01-04T08:00Z", "2028-01-03T08:00Z", "2029-01-01T08:00Z"],
    ]);
  });

  test("starts its weeks on Monday by the zone's date, not UTC's", () => {
    // 23:30 UTC on Sunday is Monday in Berlin and Sunday in New York.
    const anchor = "2026-11-22T23:30:00Z";
    const every2 = { weekdays: ["tuesday"], everyWeeks: 2 } as const;
    expect(runs(weekly({ ...every2, weekdays: ["tuesday"] }), anchor, 1)).toEqual(["2026-11-24T08:00Z"]);
    const newYork = weekly({ ...every2, weekdays: ["tuesday"], timezone: "America/New_York" });
    expect(runs(newYork, anchor, 1)).toEqual(["2026-12-01T14:00Z"]);
  });

  test("counts from startsAt where there is one, before it too", () => {
    const schedule = weekly({ everyWeeks: 3, startsAt: "2027-02-04T00:00" });
    expect(runs(schedule, "2026-11-20T00:00Z", 2)).toEqual(["2027-02-22T08:00Z", "2027-03-15T08:00Z"]);
    const inFirstWeek = weekly({ everyWeeks: 3, weekdays: ["friday"], startsAt: "2027-02-04T00:00" });
    expect(runs(inFirstWeek, "2026-11-20T00:00Z", 2)).toEqual(["2027-02-05T08:00Z", "2027-02-26T08:00Z"]);
  });

  test("cannot be without a day", () => {
    expect(() => runs(weekly({ weekdays: [] }), "2026-11-20T00:00Z", 1)).toThrow(RangeError);
  });
});

describe("monthly", () => {
  const monthly = (day: number | "last", time: string, timezone = "UTC"): Schedule => ({
    ...{ kind: "monthly", timezone, day, time },
  });

  test.each<[string, number | "last", string, string[]]>([
    [
      "day 31 is the last one",
      31,
      "2027-01-31T09:00Z",
      ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"],
    ],
    ["day 30 misses February only", 30, "2027-12-30T09:00Z", ["2028-01-30", "2028-02-29", "2028-03-30"]],
    ["day 29 in a leap year", 29, "2028-01-29T09:00Z", ["2028-02-29", "2028-03-29"]],
    ["day 29 in another year", 29, "2027-01-29T09:00Z", ["2027-02-28", "2027-03-29"]],
    ["a century year has no leap day", 29, "2100-01-31T00:00Z", ["2100-02-28", "2100-03-29"]],
    ["the last day", "last", "2028-01-31T09:00Z", ["2028-02-29", "2028-03-31", "2028-04-30"]],
    ["over New Year", 1, "2027-12-01T09:00Z", ["2028-01-01", "2028-02-01"]],
  ])("%s", (_name, day, after, dates) => {
    expect(runs(monthly(day, "09:00"), after, dates.length)).toEqual(dates.map((date) => `${date}T09:00Z`));
  });

  test("meets gaps and repeated hours by the rules of fixed times", () => {
    expect(runs(monthly(28, "02:30", berlin), "2027-03-01T00:00Z", 1)).toEqual(["2027-03-28T01:00Z"]);
    expect(runs(monthly("last", "02:30", berlin), "2027-10-01T00:00Z", 2)).toEqual([
      ...["2027-10-31T00:30Z", "2027-11-30T01:30Z"],
    ]);
    // Samoa had no 30 December 2011: its run is at the first moment of the 31st.
    expect(runs(monthly(30, "09:00", "Pacific/Apia"), "2011-12-01T00:00Z", 2)).toEqual([
      ...["2011-12-30T10:00Z", "2012-01-29T19:00Z"],
    ]);
  });
});

describe("midnights that do not exist", () => {
  test.each([
    ["America/Sao_Paulo", "2018-11-03T12:00Z", "2018-11-04T03:00Z"],
    ["Africa/Cairo", "2026-04-23T12:00Z", "2026-04-23T22:00Z"],
    ["Asia/Beirut", "2026-03-28T12:00Z", "2026-03-28T22:00Z"],
  ])("%s after %s", (timezone, after, expected) => {
    expect(runs({ kind: "daily", timezone, time: "00:00" }, after, 1)).toEqual([expected]);
    expect(runs({ kind: "daily", timezone, time: "00:59" }, after, 1)).toEqual([expected]);
  });

  test("Dublin, whose winter time counts as the exception, is like any other", () => {
    const dublin: Schedule = { kind: "daily", timezone: "Europe/Dublin", time: "01:30" };
    expect(runs(dublin, "2027-03-27T12:00Z", 2)).toEqual(["2027-03-28T01:00Z", "2027-03-29T00:30Z"]);
    expect(runs(dublin, "2027-10-30T12:00Z", 2)).toEqual(["2027-10-31T00:30Z", "2027-11-01T01:30Z"]);
  });
});

describe("every", () => {
  test("runs first one interval after it was set, then at that distance from any moment", () => {
    const schedule: Schedule = { kind: "every", seconds: 5_400 };
    const anchor = "2026-11-20T12:00:07.250Z";
    expect(nextRun(schedule, new Date("2026-11-20T12:30Z"), new Date(anchor))).toEqual(
      new Date("2026-11-20T13:30:07.250Z"),
    );
    expect(nextRun(schedule, new Date("2026-11-20T13:30:07.250Z"), new Date(anchor))).toEqual(
      new Date("2026-11-20T15:00:07.250Z"),
    );
    expect(nextRun(schedule, new Date("2026-11-01T00:00Z"), new Date(anchor))).toEqual(
      new Date("2026-11-20T13:30:07.250Z"),
    );
  });

  test("runs first at startsAt, in UTC or in its zone", () => {
    for (const startsAt of ["2026-11-20T12:00", "2026-11-20T12:00Z"]) {
      expect(runs({ kind: "every", seconds: 60, startsAt }, "2026-11-20T00:00Z", 2)).toEqual([
        ...["2026-11-20T12:00Z", "2026-11-20T12:01Z"],
      ]);
    }
    const inBerlin: Schedule = { kind: "every", seconds: 60, timezone: berlin, startsAt: "2026-11-20T12:00" };
    expect(runs(inBerlin, "2026-11-20T00:00Z", 1)).toEqual(["2026-11-20T11:00Z"]);
  });

  test("follows real time over a change of the clock", () => {
    const schedule: Schedule = {
      kind: "every",
      seconds: 86_400,
      timezone: berlin,
      startsAt: "2027-03-27T09:00",
    };
    expect(runs(schedule, "2027-03-01T00:00Z", 2)).toEqual(["2027-03-27T08:00Z", "2027-03-28T08:00Z"]);
  });

  test("is counted without going through the runs", () => {
    const schedule: Schedule = {
      kind: "every",
      seconds: 60,
      startsAt: "2000-01-01T00:00",
      endsAt: "2999-01-01T00:00",
    };
    const stretch = runsBetween(schedule, new Date(0), new Date("2400-01-01T00:00:30Z"), new Date(0));
    expect(stretch).toEqual({
      count: 146_097 * 1_440 + 1,
      first: new Date("2000-01-01T00:00Z"),
      last: new Date("2400-01-01T00:00Z"),
    });
  });
});

describe("bounds", () => {
  const daily = (bounds: object): Schedule => ({ kind: "daily", timezone: berlin, time: "02:30", ...bounds });

  test("are themselves times of runs", () => {
    const schedule = daily({ startsAt: "2027-01-02T02:30", endsAt: "2027-01-04T02:30" });
    expect(runs(schedule, "2026-11-20T00:00Z", 9)).toEqual([
      ...["2027-01-02T01:30Z", "2027-01-03T01:30Z", "2027-01-04T01:30Z"],
    ]);
    const inside = daily({ startsAt: "2027-01-02T02:30:01", endsAt: "2027-01-04T02:29:59" });
    expect(runs(inside, "2026-11-20T00:00Z", 9)).toEqual(["2027-01-03T01:30Z"]);
  });

  test("in a gap are its end, in a repeated hour the first time", () => {
    // 02:30 is skipped on 28 March 2027 and shown twice on 31 October.
    const schedule: Schedule = {
      ...{ kind: "hourly", timezone: berlin, minute: 30 },
      ...{ startsAt: "2027-03-28T02:45", endsAt: "2027-03-28T03:30" },
    };
    expect(runs(schedule, "2027-03-28T00:00Z", 9)).toEqual(["2027-03-28T01:30Z"]);
    const repeated: Schedule = { ...schedule, startsAt: "2027-10-31T02:30", endsAt: "2027-10-31T02:30" };
    expect(runs(repeated, "2027-03-28T00:00Z", 9)).toEqual(["2027-10-31T00:30Z"]);
  });

  test("that are no dates are an error", () => {
    expect(() => runs(daily({ startsAt: "soon" }), "2026-11-20T00:00Z", 1)).toThrow(RangeError);
    expect(() => runs(daily({ endsAt: "2027-02-30T00:00" }), "2026-11-20T00:00Z", 1)).toThrow(RangeError);
  });

  test("of number: nothing runs after maxRuns", () => {
    const after = new Date("2026-11-20T00:00Z");
    const schedule = daily({ maxRuns: 2 });
    expect(nextRun(schedule, after, after, { runsBefore: 1 })).toEqual(new Date("2026-11-20T01:30Z"));
    expect(nextRun(schedule, after, after, { runsBefore: 2 })).toBeNull();
    expect(nextRun(schedule, after, after, { runsBefore: 3 })).toBeNull();
  });
});
