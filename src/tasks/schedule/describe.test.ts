import fc from "fast-check";
import { expect, test } from "vitest";
import { cronTexts } from "./arbitraries.test-support.ts";
import { parseCron } from "./cron-pattern.ts";
import { describeSchedule } from "./describe.ts";
import type { Schedule, ScheduleOf } from "./schema.ts";

const timezone = "Europe/Berlin";
const weekly = (weekdays: ScheduleOf<"weekly">["weekdays"], everyWeeks?: number): ScheduleOf<"weekly"> => ({
  ...{ kind: "weekly", timezone, weekdays, time: "09:00" },
  ...(everyWeeks === undefined ? {} : { everyWeeks }),
});
const monthly = (day: number | "last"): Schedule => ({ kind: "monthly", timezone, day, time: "09:00" });
const every = (seconds: number): Schedule => ({ kind: "every", timezone, seconds });
const relative = (offsetSeconds: number, time?: string): Schedule => ({
  ...{ kind: "relative", timezone, attribute: "visit", offsetSeconds },
  ...(time === undefined ? {} : { time }),
});
const cron = (text: string): Schedule => ({ kind: "cron", timezone: "Europe/Berlin", cron: text });

test.each<[Schedule, string]>([
  [
    { kind: "once", timezone: "Europe/Berlin", at: "2027-03-01T09:00" },
    "Once, on Monday 1 March 2027 at 09:00",
  ],
  [
    { kind: "once", timezone: "Europe/Berlin", at: "2027-12-31T09:00:00" },
    "Once, on Friday 31 December 2027 at 09:00",
  ],
  [
    { kind: "once", timezone: "Europe/Berlin", at: "2027-03-07T00:00:30" },
    "Once, on Sunday 7 March 2027 at 00:00:30",
  ],
  [{ kind: "daily", timezone: "Europe/Berlin", time: "09:00" }, "Every day at 09:00"],
  [{ kind: "daily", timezone: "Europe/Berlin", time: "21:30", everyDays: 3 }, "Every 3 days at 21:30"],
  [{ kind: "hourly", timezone: "Europe/Berlin", minute: 0 }, "Every hour, on the hour"],
  [{ kind: "hourly", timezone: "Europe/Berlin", minute: 1 }, "Every hour, 1 minute past the hour"],
  [{ kind: "hourly", timezone: "Europe/Berlin", minute: 15 }, "Every hour, 15 minutes past the hour"],
  [weekly(["monday"]), "Every Monday at 09:00"],
  [weekly(["friday", "monday", "wednesday"]), "Every Monday, Wednesday and Friday at 09:00"],
  [weekly(["sunday", "tuesday"], 2), "Every 2 weeks on Tuesday and Sunday at 09:00"],
  [monthly(15), "On day 15 of every month at 09:00"],
  [monthly(29), "On day 29 of every month (the last day of a shorter one) at 09:00"],
  [monthly("last"), "On the last day of every month at 09:00"],
  [every(60), "Every minute"],
  [every(90), "Every 1 minute and 30 seconds"],
  [every(3_600), "Every hour"],
  [every(5_400), "Every 1 hour and 30 minutes"],
  [every(86_400), "Every 24 hours"],
  [every(604_800), "Every 7 times 24 hours"],
  [every(90_061), "Every 1 day, 1 hour, 1 minute and 1 second"],
  [relative(604_800), '7 days after the contact\'s "visit"'],
  [relative(-86_400), '24 hours before the contact\'s "visit"'],
  [relative(-86_400, "10:00"), '1 day before the contact\'s "visit", at 10:00'],
  [relative(5_400), '1 hour and 30 minutes after the contact\'s "visit"'],
  [relative(0), 'At the contact\'s "visit"'],
  [relative(0, "10:00"), 'On the day of the contact\'s "visit", at 10:00'],
  [cron("0 9 * * *"), "At 09:00, every day"],
  [cron("*/5 * * * *"), "Every 5 minutes"],
  [cron("*/7 * * * *"), "Every 7 minutes from each full hour on"],
  [cron("*/7 9-17 * * *"), "Every 7 minutes from each full hour on, between 09:00 and 17:59"],
  [cron("*/45,50 * * * *"), "At 0, 45, and 50 minutes past the hour"],
  [cron("3-59/7 * * * *"), "Every 7 minutes, minutes 3 through 59 past the hour"],
  [cron("0 */6 * * *"), "On the hour, every 6 hours"],
  [cron("0 */5 * * *"), "On the hour, every 5 hours from each midnight on"],
  [cron("0 9 */2 * *"), "At 09:00, every 2 days from the 1st of each month on"],
  [cron("0 9 L,*/20 * *"), "At 09:00, on day 1, 21, and the last day of the month"],
  [cron("0 9 1 */6 *"), "At 09:00, on day 1 of the month, every 6 months"],
  [cron("0 9 1 */5 *"), "At 09:00, on day 1 of the month, every 5 months from each January on"],
  [cron("*/7 */6 * * *"), "Every 7 minutes from each full hour on, every 6 hours"],
  [cron("0 9 * * MON-FRI"), "At 09:00, Monday through Friday"],
  [cron("0 9 1 * *"), "At 09:00, on day 1 of the month"],
  [cron("0 9 13 * 5"), "At 09:00, on day 13 of the month, and on Friday (either is enough)"],
  [cron("0 9 L,15 * *"), "At 09:00, on day 15 and the last day of the month"],
  [cron("0 9 * * FRI#L"), "At 09:00, on the last Friday of the month"],
  [
    cron("0 9 * * 1-2#1,THUL"),
    "At 09:00, on the first Monday and first Tuesday of the month and on the last Thursday of the month",
  ],
  [cron("0 9 * * 1-5/2"), "At 09:00, only on Monday, Wednesday, and Friday"],
])("%o: %s", (schedule, words) => {
  expect(describeSchedule(schedule)).toBe(`${words}, Europe/Berlin time`);
});

test.each<[Schedule, string]>([
  [
    { ...weekly(["monday"]), startsAt: "2027-03-01T00:00", endsAt: "2027-12-31T18:30:15", maxRuns: 10 },
    "Every Monday at 09:00, Europe/Berlin time, from Monday 1 March 2027 at 00:00, until Friday 31 December 2027 at 18:30:15, at most 10 runs",
  ],
  [
    { kind: "every", seconds: 7_200, startsAt: "2027-03-01T09:00Z", maxRuns: 1, jitterSeconds: 90 },
    "Every 2 hours, from Monday 1 March 2027 at 09:00 UTC, at most 1 run, each up to 1 minute and 30 seconds later, at random",
  ],
  [
    { kind: "once", timezone: "UTC", at: "2027-03-01T09:00", jitterSeconds: 3_600 },
    "Once, on Monday 1 March 2027 at 09:00, UTC time, up to 1 hour later, at random",
  ],
])("%o, with its bounds", (schedule, words) => {
  expect(describeSchedule(schedule)).toBe(words);
});

test("any cron that is accepted can be put in words, none of them undefined", () => {
  fc.assert(
    fc.property(cronTexts, (text) => {
      expect(parseCron(text).ok).toBe(true);
      expect(describeSchedule(cron(text))).toMatch(/^(?!.*(undefined|null|NaN)).+, Europe\/Berlin time$/);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [0, 60, "minutes"],
  [1, 24, "hours"],
  [3, 12, "months"],
])("steps of field %i that do not fill its %i values say where they begin anew", (field, values, unit) => {
  for (let step = 2; step <= values; step += 1) {
    const fields = ["0", "0", "1", "*", "*"].with(field, `*/${step}`);
    const words = describeSchedule(cron(fields.join(" ")));
    expect(words.includes(`very ${step} ${unit} from each `), words).toBe(values % step !== 0);
  }
});

test("a schedule that cannot be is an error", () => {
  expect(() => describeSchedule(cron("61 * * * *"))).toThrow(RangeError);
  expect(() => describeSchedule({ kind: "once", timezone: "UTC", at: "2027-02-30T09:00" })).toThrow(
    RangeError,
  );
});
