import { describe, expect, test } from "vitest";
import { relativeRunAt } from "./relative.ts";
import { nextRun, runsBetween } from "./runs.ts";
import type { ScheduleOf } from "./schema.ts";

const DAY = 86_400;

const relative = (fields: Partial<ScheduleOf<"relative">>): ScheduleOf<"relative"> => ({
  ...{ kind: "relative", timezone: "Europe/Berlin", attribute: "visit", offsetSeconds: 0 },
  ...fields,
});

function runAt(fields: Partial<ScheduleOf<"relative">>, value: unknown): string {
  const run = relativeRunAt(relative(fields), value);
  return "at" in run ? run.at.toISOString() : run.fault;
}

describe("a date with a time and no time in the schedule", () => {
  test.each([
    [-DAY, "2027-03-01T09:00:00Z", "2027-02-28T09:00:00.000Z"],
    [-DAY, "2027-03-01T09:00:00.250+01:00", "2027-02-28T08:00:00.250Z"],
    [7 * DAY, "2027-03-01T09:00", "2027-03-08T08:00:00.000Z"],
    [90, "2027-03-01T09:00:30", "2027-03-01T08:02:00.000Z"],
    // 24 hours of real time: the clock shows 09:00 and 11:00, since it changes in between.
    [-DAY, "2027-03-28T10:00", "2027-03-27T08:00:00.000Z"],
    [-DAY, "2027-10-31T10:00", "2027-10-30T09:00:00.000Z"],
    // In a gap and in a repeated hour the date itself goes by the rule of fixed times.
    [0, "2027-03-28T02:30", "2027-03-28T01:00:00.000Z"],
    [0, "2027-10-31T02:30", "2027-10-31T00:30:00.000Z"],
  ])("%i seconds from %s in real time", (offsetSeconds, value, expected) => {
    expect(runAt({ offsetSeconds }, value)).toBe(expected);
  });

  test("may be given as a Date", () => {
    expect(runAt({ offsetSeconds: 60 }, new Date("2027-03-01T09:00Z"))).toBe("2027-03-01T09:01:00.000Z");
  });
});

describe("on the calendar", () => {
  test.each([
    // Over the end of summer time seven days of 24 hours would end at 23:00 of the sixth day.
    [7 * DAY, undefined, "2027-10-28", "2027-11-03T23:00:00.000Z"],
    [7 * DAY, "10:00", "2027-10-28", "2027-11-04T09:00:00.000Z"],
    [7 * DAY, "10:00", "2027-10-28T23:30:00Z", "2027-11-05T09:00:00.000Z"],
    [-DAY, "18:00", "2027-03-29T00:15", "2027-03-28T16:00:00.000Z"],
    [0, "09:00", "2027-03-01T22:59:59Z", "2027-03-01T08:00:00.000Z"],
    [0, "09:00", "2027-03-01T23:00:00Z", "2027-03-02T08:00:00.000Z"],
    [0, "02:30", "2027-03-28", "2027-03-28T01:00:00.000Z"],
    [-3_600, undefined, "2027-03-01", "2027-02-28T22:00:00.000Z"],
  ])("%i seconds at %s from %s", (offsetSeconds, time, value, expected) => {
    expect(runAt({ offsetSeconds, ...(time === undefined ? {} : { time }) }, value)).toBe(expected);
  });
});

describe("no run", () => {
  test.each([
    [5, "holds 5, which is not a date; accepted are an instant"],
    [undefined, "holds nothing, which is not a date"],
    [null, "holds null"],
    ["", 'holds ""'],
    ["tomorrow", 'The attribute "visit" holds "tomorrow"'],
    ["2027-02-29", "is not a date"],
    ["2027-03-01T25:00", "is not a date"],
    ["2027-03-01T09:00:00.5", "is not a date"],
    ["2027-03-01T09:00:00+99:00", "is not a date"],
    ["3000-01-01T00:00:00Z", "before the year 3000"],
    [new Date(Number.NaN), "is not a date"],
    ["x".repeat(100), `"${"x".repeat(59)}…, which`],
  ])("for %o", (value, fault) => {
    expect(runAt({}, value)).toContain(fault);
  });

  test("outside the schedule's bounds", () => {
    const fields = { startsAt: "2027-01-01T00:00", endsAt: "2027-12-31T00:00" };
    expect(runAt(fields, "2026-12-31")).toBe(
      "The run would be at 2026-12-30T23:00:00.000Z, before the schedule starts (2027-01-01T00:00).",
    );
    expect(runAt(fields, "2028-01-01")).toContain("after the schedule ends (2027-12-31T00:00)");
    expect(runAt(fields, "2027-01-01")).toBe("2026-12-31T23:00:00.000Z");
  });

  test("at a time that no clock shows is an error", () => {
    expect(() => relativeRunAt(relative({ time: "24:00" }), "2027-03-01")).toThrow(RangeError);
  });
});

test("the next run is the one of the date that is given, once", () => {
  const schedule = relative({ offsetSeconds: DAY });
  const before = new Date("2027-03-01T00:00Z");
  const attributeAt = new Date("2027-03-01T09:00Z");
  const at = new Date("2027-03-02T09:00Z");
  expect(nextRun(schedule, before, before)).toBeNull();
  expect(nextRun(schedule, before, before, { attributeAt: null })).toBeNull();
  expect(nextRun(schedule, before, before, { attributeAt })).toEqual(at);
  expect(nextRun(schedule, at, before, { attributeAt })).toBeNull();
  const ended = { ...schedule, endsAt: "2027-03-01T00:00" };
  expect(nextRun(ended, before, before, { attributeAt })).toBeNull();
  expect(runsBetween(schedule, before, at, before).count).toBe(0);
});
