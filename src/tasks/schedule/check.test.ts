import fc from "fast-check";
import { expect, test } from "vitest";
import {
  anySchedules,
  cronTexts,
  localDateTimes,
  modernDates,
  timesOfDay,
  zoneNames,
} from "./arbitraries.test-support.ts";
import { checkSchedule } from "./check.ts";
import { nextRun } from "./runs.ts";
import type { Schedule } from "./schema.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

test.each<[Schedule, [string, string, string][]]>([
  [{ kind: "daily", timezone: "Europe/Berlin", time: "09:00" }, []],
  [{ kind: "daily", timezone: "Europe/Kiev", time: "00:00", everyDays: 2 }, []],
  [{ kind: "cron", timezone: "UTC", cron: "0 9 29 2 *" }, []],
  [{ kind: "once", timezone: "Europe/Berlin", at: "2028-02-29T23:59:59" }, []],
  [{ kind: "once", timezone: "Asia/Tokyo", at: "2026-11-20T21:01" }, []],
  [
    { kind: "once", timezone: "Asia/Tokyo", at: "2026-11-20T21:00" },
    [
      [
        "at",
        "schedule_in_past",
        '"2026-11-20T21:00" is not after now, Friday 20 November 2026 at 21:00 (Asia/Tokyo); a later',
      ],
    ],
  ],
  [
    { kind: "once", timezone: "UTC", at: "0001-01-01T00:00" },
    [["at", "schedule_in_past", "a later time is accepted"]],
  ],
  [
    { kind: "once", timezone: "UTC", at: "2027-02-29T09:00" },
    [["at", "date_impossible", '"2027-02-29" is not in the calendar']],
  ],
  [{ kind: "once", timezone: "UTC", at: "2027-13-01T09:00" }, [["at", "date_impossible", '"2027-13-01"']]],
  [{ kind: "once", timezone: "UTC", at: "2027-00-10T09:00" }, [["at", "date_impossible", '"2027-00-10"']]],
  [
    { kind: "once", timezone: "UTC", at: "2027-02-28T24:00" },
    [["at", "time_invalid", '"24:00" is not a time of day']],
  ],
  [{ kind: "once", timezone: "UTC", at: "2027-02-28T09:60" }, [["at", "time_invalid", '"09:60"']]],
  [{ kind: "once", timezone: "UTC", at: "2027-02-28T09:00:60" }, [["at", "time_invalid", '"09:00:60"']]],
  [
    { kind: "once", timezone: "UTC", at: "2027-02-28T09:00Z" },
    [["at", "date_time_invalid", 'one without an offset or "Z"']],
  ],
  [
    { kind: "once", timezone: "UTC", at: "2027-02-28T09:00+01:00" },
    [["at", "date_time_invalid", "local date and time"]],
  ],
  [{ kind: "once", timezone: "UTC", at: "2027-02-28" }, [["at", "date_time_invalid", '"2027-02-28"']]],
  [
    { kind: "daily", timezone: "UTC", time: "24:00" },
    [["time", "time_invalid", "00:00 to 23:59 is accepted"]],
  ],
  [{ kind: "daily", timezone: "UTC", time: "9:00" }, [["time", "time_invalid", '"9:00"']]],
  [{ kind: "daily", timezone: "UTC", time: "09:00:00" }, [["time", "time_invalid", '"09:00:00"']]],
  [
    { kind: "daily", timezone: "europe/berlin", time: "09:00" },
    [["timezone", "timezone_unknown", '"europe/berlin" is not a time zone; it is spelled "Europe/Berlin"']],
  ],
  [
    { kind: "daily", timezone: "+02:00", time: "09:00" },
    [["timezone", "timezone_unknown", "an IANA name is accepted"]],
  ],
  [
    { kind: "cron", timezone: "Mars/Olympus", cron: "61 25 * * *" },
    [
      ["timezone", "timezone_unknown", '"Mars/Olympus"'],
      ["cron", "cron_invalid", 'minute: "61"'],
      ["cron", "cron_invalid", 'hour: "25"'],
    ],
  ],
  [{ kind: "cron", timezone: "UTC", cron: "0 * * * * *" }, [["cron", "cron_too_fine", "6 fields"]]],
  [{ kind: "cron", timezone: "UTC", cron: "0" }, [["cron", "cron_invalid", "the cron has 1 field;"]]],
  [
    { kind: "cron", timezone: "UTC", cron: "0 9 30 2 *" },
    [["cron", "cron_never_fires", "the clocks of UTC"]],
  ],
  [
    { kind: "cron", timezone: "UTC", cron: "0 9 31 4,6,9,11 *" },
    [["cron", "cron_never_fires", "matches the cron"]],
  ],
  [
    { kind: "cron", timezone: "Europe/Berlin", cron: "*/30 2 * 3 SUN#L" },
    [["cron", "cron_never_fires", "Europe/Berlin"]],
  ],
  [
    { kind: "cron", timezone: "UTC", cron: "0 9 30 2 *", startsAt: "2027-01-01T00:00" },
    [["cron", "cron_never_fires", "UTC"]],
  ],
  [
    { kind: "once", timezone: "UTC", at: "3000-01-01T00:00" },
    [["at", "date_too_far", "before the year 3000 is accepted"]],
  ],
  [{ kind: "hourly", timezone: "Europe/Berlin", minute: 0, jitterSeconds: 3_599 }, []],
  [
    { kind: "hourly", timezone: "Europe/Berlin", minute: 0, jitterSeconds: 3_600 },
    [["jitterSeconds", "jitter_too_long", "0 to 3599 seconds are accepted"]],
  ],
  [
    { kind: "cron", timezone: "UTC", cron: "0,58 0,23 * * *", jitterSeconds: 120 },
    [["jitterSeconds", "jitter_too_long", "0 to 119 seconds are accepted"]],
  ],
  [{ kind: "cron", timezone: "UTC", cron: "0,58 0,23 * * *", jitterSeconds: 119 }, []],
  [{ kind: "once", timezone: "UTC", at: "2027-01-01T00:00", jitterSeconds: 3_600 }, []],
  [
    { kind: "every", seconds: 60, jitterSeconds: 60 },
    [["jitterSeconds", "jitter_too_long", "0 to 59 seconds are accepted"]],
  ],
  [
    { kind: "every", seconds: 59 },
    [["seconds", "interval_too_short", "60 to 31622400 seconds are accepted"]],
  ],
  [{ kind: "every", seconds: 31_622_401 }, [["seconds", "interval_too_long", "60 to 31622400"]]],
  [{ kind: "every", seconds: 31_622_400 }, []],
  [{ kind: "every", seconds: 60, startsAt: "2027-01-01T00:00Z", endsAt: "2027-01-01T00:00" }, []],
  [
    { kind: "every", seconds: 60, timezone: "Europe/Berlin", startsAt: "2027-01-01T00:00Z" },
    [["startsAt", "date_time_invalid", 'without an offset or "Z"']],
  ],
  [
    { kind: "every", seconds: 60, endsAt: "2027-01-01T00:00+01:00" },
    [["endsAt", "date_time_invalid", "or a timezone beside it"]],
  ],
  [{ kind: "every", seconds: 60, timezone: "Mars/Olympus" }, [["timezone", "timezone_unknown", "Mars"]]],
  [
    { kind: "weekly", timezone: "UTC", weekdays: [], time: "25:00" },
    [
      ["weekdays", "weekdays_empty", "at least one of monday to sunday is accepted"],
      ["time", "time_invalid", '"25:00"'],
    ],
  ],
  [
    { kind: "weekly", timezone: "UTC", weekdays: ["monday", "friday", "monday"], time: "09:00" },
    [["weekdays.2", "weekday_duplicate", '"monday" is named twice']],
  ],
  [{ kind: "monthly", timezone: "UTC", day: 31, time: "9" }, [["time", "time_invalid", '"9"']]],
  [
    {
      kind: "daily",
      timezone: "UTC",
      time: "09:00",
      startsAt: "2027-02-30T00:00",
      endsAt: "2027-13-01T00:00",
    },
    [
      ["startsAt", "date_impossible", '"2027-02-30"'],
      ["endsAt", "date_impossible", '"2027-13-01"'],
    ],
  ],
  [
    { kind: "daily", timezone: "UTC", time: "09:00", endsAt: "9999-12-31T23:59" },
    [["endsAt", "date_too_far", "or none at all"]],
  ],
  [
    {
      kind: "daily",
      timezone: "UTC",
      time: "09:00",
      startsAt: "2027-02-01T00:00",
      endsAt: "2027-01-01T00:00",
    },
    [["endsAt", "start_after_end", 'is before the start ("2027-02-01T00:00")']],
  ],
  // The hour after 02:00 comes twice on that day; each bound is the first of two moments.
  [
    {
      ...{ kind: "hourly", timezone: "Europe/Berlin", minute: 0 },
      ...{ startsAt: "2027-10-31T02:30", endsAt: "2027-10-31T02:20" },
    },
    [["endsAt", "start_after_end", "a later time is accepted"]],
  ],
  [
    { kind: "daily", timezone: "Asia/Tokyo", time: "09:00", endsAt: "2026-11-20T21:00" },
    [["endsAt", "end_in_past", "not after now, Friday 20 November 2026 at 21:00 (Asia/Tokyo); a later"]],
  ],
  [{ kind: "daily", timezone: "UTC", time: "09:00", startsAt: "2020-01-01T00:00" }, []],
  [{ kind: "daily", timezone: "UTC", time: "09:00", endsAt: "2026-11-21T09:00" }, []],
  [
    { kind: "daily", timezone: "UTC", time: "09:00", endsAt: "2026-11-21T08:59" },
    [
      [
        "endsAt",
        "no_run_before_end",
        "the first would be on Saturday 21 November 2026 at 09:00 (UTC); a later",
      ],
    ],
  ],
  [
    { kind: "relative", timezone: "UTC", attribute: "any thing", offsetSeconds: 0, time: "24:00" },
    [["time", "time_invalid", '"24:00"']],
  ],
  [{ kind: "relative", timezone: "UTC", attribute: "any thing", offsetSeconds: -60, jitterSeconds: 9 }, []],
  [
    { kind: "relative", timezone: "UTC", attribute: "a", offsetSeconds: 0, endsAt: "2026-01-01T00:00" },
    [["endsAt", "end_in_past", "a later time"]],
  ],
])("%o: %o", (schedule, expected) => {
  const problems = checkSchedule(schedule, NOW);
  expect(problems.map(({ path, code }) => [path, code])).toEqual(
    expected.map(([path, code]) => [path, code]),
  );
  for (const [index, [, , message]] of expected.entries())
    expect(problems[index]?.message).toContain(message);
});

test("a schedule that passes has a next run, in the zone's own time, and any other fails with a sentence", () => {
  const timezones = fc.oneof({ weight: 9, arbitrary: zoneNames }, fc.string());
  const schedules: fc.Arbitrary<Schedule> = fc.oneof(
    anySchedules,
    fc
      .tuple(anySchedules, fc.oneof(localDateTimes, fc.string()), fc.integer({ min: 0, max: 3_600 }))
      .map(([schedule, text, jitterSeconds]) =>
        schedule.kind === "once" ? schedule : { ...schedule, startsAt: text, jitterSeconds },
      ),
    fc.record({
      kind: fc.constant("once" as const),
      timezone: timezones,
      at: fc.oneof(
        modernDates.map((date) => date.toISOString().slice(0, 16)),
        fc.stringMatching(/^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d(:[0-6]\d)?$/),
        fc.string(),
      ),
    }),
    fc.record({
      kind: fc.constant("daily" as const),
      timezone: timezones,
      time: fc.oneof(timesOfDay, fc.string()),
      everyDays: fc.integer({ min: 1, max: 365 }),
    }),
    fc.record({
      kind: fc.constant("cron" as const),
      timezone: timezones,
      cron: fc.oneof(cronTexts, fc.string(), fc.stringMatching(/^([0-9*,/#L-]{1,4} ){4}[0-9*,/#L-]{1,4}$/)),
    }),
  );
  fc.assert(
    fc.property(schedules, modernDates, (schedule, now) => {
      const problems = checkSchedule(schedule, now);
      if (problems.length === 0) {
        expect(nextRun(schedule, now, now)?.getTime()).toBeGreaterThan(now.getTime());
      } else {
        for (const { message } of problems) expect(message).toMatch(/accepted|spelled|write/);
      }
    }),
    { numRuns: 3_000 },
  );
});
