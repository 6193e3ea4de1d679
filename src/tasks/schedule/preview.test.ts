import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anySchedules, modernDates } from "./arbitraries.test-support.ts";
import { previewSchedule } from "./preview.ts";
import { runsBetween } from "./runs.ts";
import type { Schedule } from "./schema.ts";

const berlin = "Europe/Berlin";

function preview(schedule: Schedule, from: string, count = 5) {
  const { description, next, warnings } = previewSchedule(schedule, new Date(from), count, new Date(from));
  return {
    description,
    next: next.map((run) => run.toISOString().replace(/:00\.000Z$/, "Z")),
    warnings: warnings.map(({ code, message, at }) => [
      code,
      at.toISOString().replace(/:00\.000Z$/, "Z"),
      message,
    ]),
  };
}

test("has words, runs and warnings", () => {
  expect(preview({ kind: "daily", timezone: berlin, time: "02:30" }, "2027-03-26T12:00Z", 3)).toEqual({
    description: "Every day at 02:30, Europe/Berlin time",
    next: ["2027-03-27T01:30Z", "2027-03-28T01:00Z", "2027-03-29T00:30Z"],
    warnings: [
      [
        "skipped_time_moved",
        "2027-03-28T01:00Z",
        "02:30 on Sunday 28 March 2027 does not exist: the clocks of Europe/Berlin go from 02:00 to 03:00 on Sunday 28 March 2027. The run is at 03:00.",
      ],
    ],
  });
});

test("has fewer runs where the schedule ends", () => {
  const hourly: Schedule = { kind: "hourly", timezone: "UTC", minute: 0 };
  expect(preview({ ...hourly, maxRuns: 2 }, "2027-01-01T00:00Z").next).toHaveLength(2);
  expect(preview({ ...hourly, endsAt: "2027-01-01T03:00" }, "2027-01-01T00:00Z").next).toHaveLength(3);
  expect(preview({ ...hourly, endsAt: "2026-01-01T03:00" }, "2027-01-01T00:00Z")).toMatchObject({
    next: [],
    warnings: [],
  });
});

describe("fixed times", () => {
  test("in a gap are one run", () => {
    const schedule: Schedule = { kind: "cron", timezone: berlin, cron: "15,45 2 * * *" };
    expect(preview(schedule, "2027-03-27T12:00Z", 2).warnings).toEqual([
      [
        "skipped_time_moved",
        "2027-03-28T01:00Z",
        "2 times from 02:15 to 02:45 on Sunday 28 March 2027 do not exist: the clocks of Europe/Berlin go from 02:00 to 03:00 on Sunday 28 March 2027. They are one run, at 03:00.",
      ],
    ]);
  });

  test("in a repeated hour run the first time, also if the change comes after the last run", () => {
    const once: Schedule = { kind: "once", timezone: berlin, at: "2027-10-31T02:30" };
    expect(preview(once, "2027-01-01T00:00Z").warnings).toEqual([
      [
        "repeated_time_runs_once",
        "2027-10-31T00:30Z",
        "02:30 on Sunday 31 October 2027 exists twice: the clocks of Europe/Berlin go from 03:00 to 02:00 on Sunday 31 October 2027. It runs once, the first time.",
      ],
    ]);
    const two: Schedule = { kind: "cron", timezone: berlin, cron: "0,30 2 * * *" };
    expect(preview(two, "2027-10-30T12:00Z", 3).warnings).toEqual([
      [
        "repeated_time_runs_once",
        "2027-10-31T00:00Z",
        expect.stringMatching(
          /^2 times from 02:00 to 02:30 on Sunday .* exist twice: .* Each runs once, the first time\.$/,
        ),
      ],
    ]);
  });

  test("on a day that is left out", () => {
    const schedule: Schedule = { kind: "cron", timezone: "Pacific/Apia", cron: "0 6,18 * * *" };
    expect(preview(schedule, "2011-12-29T12:00Z", 3).warnings).toEqual([
      [
        "skipped_time_moved",
        "2011-12-30T10:00Z",
        "2 times from 06:00 to 18:00 on Friday 30 December 2011 do not exist: the clocks of Pacific/Apia go from Friday 30 December 2011 at 00:00 to Saturday 31 December 2011 at 00:00. They are one run, at Saturday 31 December 2011 at 00:00.",
      ],
    ]);
  });

  test("on both sides of a midnight that comes twice", () => {
    const schedule: Schedule = { kind: "cron", timezone: "America/St_Johns", cron: "0,30 0,23 * * *" };
    expect(preview(schedule, "2010-11-07T01:35Z", 3).warnings).toEqual([
      [
        "repeated_time_runs_once",
        "2010-11-07T02:00Z",
        "2 times from 23:30 on Saturday 6 November 2010 to Sunday 7 November 2010 at 00:00 exist twice: the clocks of America/St_Johns go from Sunday 7 November 2010 at 00:01 to Saturday 6 November 2010 at 23:01. Each runs once, the first time.",
      ],
    ]);
  });

  test("away from the change are no reason for a warning", () => {
    const schedule: Schedule = { kind: "daily", timezone: berlin, time: "09:00" };
    expect(preview(schedule, "2027-01-01T00:00Z", 100).warnings).toEqual([]);
    const gapBefore: Schedule = {
      kind: "daily",
      timezone: berlin,
      time: "02:30",
      startsAt: "2027-03-29T00:00",
    };
    expect(preview(gapBefore, "2027-01-01T00:00Z", 100).warnings).toEqual([]);
  });
});

describe("times that follow the clock", () => {
  test("run twice in a repeated hour", () => {
    const hourly: Schedule = { kind: "hourly", timezone: berlin, minute: 30 };
    expect(preview(hourly, "2027-10-31T00:00Z", 2).warnings).toEqual([
      [
        "repeated_hour_runs_twice",
        "2027-10-31T01:30Z",
        "02:30 on Sunday 31 October 2027 exists twice: the clocks of Europe/Berlin go from 03:00 to 02:00 on Sunday 31 October 2027. It runs both times.",
      ],
    ]);
    expect(preview(hourly, "2027-10-31T00:00Z", 1).warnings).toEqual([]);
    const often: Schedule = { kind: "cron", timezone: berlin, cron: "*/20 * * * *" };
    expect(preview(often, "2027-10-31T00:00Z", 9).warnings).toEqual([
      [
        "repeated_hour_runs_twice",
        "2027-10-31T01:00Z",
        expect.stringMatching(/^3 times from 02:00 to 02:40 .* They run both times\.$/),
      ],
    ]);
  });

  test("do not run in a skipped hour", () => {
    const hourly: Schedule = { kind: "hourly", timezone: berlin, minute: 30 };
    expect(preview(hourly, "2027-03-28T00:00Z", 2).warnings).toEqual([
      [
        "skipped_hour_no_run",
        "2027-03-28T01:00Z",
        "02:30 on Sunday 28 March 2027 does not exist: the clocks of Europe/Berlin go from 02:00 to 03:00 on Sunday 28 March 2027. There is no run for it.",
      ],
    ]);
    const often: Schedule = { kind: "cron", timezone: berlin, cron: "*/20 * * * *" };
    expect(preview(often, "2027-03-28T00:00Z", 9).warnings[0]?.[2]).toMatch(/There are no runs for them\.$/);
  });
});

describe("every", () => {
  const every: Schedule = { kind: "every", seconds: 86_400, startsAt: "2027-03-27T09:00" };

  test("in a zone moves on the clock", () => {
    expect(preview({ ...every, timezone: berlin }, "2027-03-01T00:00Z", 3).warnings).toEqual([
      [
        "local_time_shifts",
        "2027-03-28T01:00Z",
        "The clocks of Europe/Berlin go from 02:00 to 03:00 on Sunday 28 March 2027: from then on the clock shows 1 hour more at each run, since the runs follow real time.",
      ],
    ]);
    const autumn: Schedule = { ...every, timezone: berlin, startsAt: "2027-10-30T09:00" };
    expect(preview(autumn, "2027-10-01T00:00Z", 3).warnings[0]?.[2]).toContain(
      "the clock shows 1 hour less at",
    );
  });

  test("without a zone has nothing to warn of", () => {
    expect(preview(every, "2027-03-01T00:00Z", 100).warnings).toEqual([]);
  });
});

describe("months without the day", () => {
  const monthly = (day: number | "last"): Schedule => ({
    kind: "monthly",
    timezone: "UTC",
    day,
    time: "09:00",
  });

  test.each([
    [31, "2027-04-30T09:00Z", "Friday 30 April 2027"],
    [30, "2028-02-29T09:00Z", "Tuesday 29 February 2028"],
    [29, "2029-02-28T09:00Z", "Wednesday 28 February 2029"],
  ])("%i is the last day there, next on %s", (day, at, date) => {
    expect(preview(monthly(day), "2027-03-01T00:00Z", 1).warnings).toEqual([
      [
        "short_month_last_day",
        at,
        `A month without day ${day} has its run on its last day, the next such month on ${date}.`,
      ],
    ]);
  });

  test("are none for the last day, for day 28, or before the end", () => {
    expect(preview(monthly("last"), "2027-03-01T00:00Z").warnings).toEqual([]);
    expect(preview(monthly(28), "2027-03-01T00:00Z").warnings).toEqual([]);
    const ended = { ...monthly(31), endsAt: "2027-04-01T00:00" } as Schedule;
    expect(preview(ended, "2027-03-01T00:00Z").warnings).toEqual([]);
  });

  test("stand among the changes of the clock by time", () => {
    const schedule: Schedule = { kind: "monthly", timezone: berlin, day: 31, time: "02:30" };
    const codes = preview(schedule, "2027-10-01T00:00Z", 3).warnings.map(([code, at]) => [code, at]);
    expect(codes).toEqual([
      ["repeated_time_runs_once", "2027-10-31T00:30Z"],
      ["short_month_last_day", "2027-11-30T01:30Z"],
    ]);
  });
});

test("a relative schedule has words only", () => {
  const schedule: Schedule = { kind: "relative", timezone: berlin, attribute: "visit", offsetSeconds: 60 };
  expect(preview(schedule, "2027-03-01T00:00Z")).toEqual({
    description: '1 minute after the contact\'s "visit", Europe/Berlin time',
    next: [],
    warnings: [],
  });
});

test("any schedule can be previewed: as many runs as there are, warnings within them", () => {
  fc.assert(
    fc.property(anySchedules, modernDates, fc.integer({ min: 1, max: 30 }), (schedule, from, count) => {
      const { description, next, warnings } = previewSchedule(schedule, from, count, from);
      expect(description).not.toMatch(/undefined|null|NaN/);
      const last = next.at(-1);
      if (last !== undefined) expect(runsBetween(schedule, from, last, from).count).toBe(next.length);
      for (const { code, message, at } of warnings) {
        expect(message).not.toMatch(/undefined|null|NaN/);
        expect(at.getTime()).toBeGreaterThan(from.getTime());
        if (code !== "short_month_last_day") expect(at.getTime()).toBeLessThanOrEqual(last?.getTime() ?? 0);
        if (code.startsWith("repeated") || code === "skipped_time_moved")
          expect(next.map((run) => run.getTime())).toContain(at.getTime());
      }
    }),
    { numRuns: 1_000 },
  );
});
