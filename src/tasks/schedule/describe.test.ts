import fc from "fast-check";
import { expect, test } from "vitest";
import { cronTexts } from "./arbitraries.test-support.ts";
import { parseCron } from "./cron-pattern.ts";
import { describeSchedule } from "./describe.ts";
import type { Schedule } from "./schema.ts";

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
  [cron("0 9 * * *"), "At 09:00, every day"],
  [cron("*/5 * * * *"), "Every 5 minutes"],
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

test("any cron that is accepted can be put in words, none of them undefined", () => {
  fc.assert(
    fc.property(cronTexts, (text) => {
      expect(parseCron(text).ok).toBe(true);
      expect(describeSchedule(cron(text))).toMatch(/^(?!.*(undefined|null|NaN)).+, Europe\/Berlin time$/);
    }),
    { numRuns: 2_000 },
  );
});

test("a schedule that cannot be is an error", () => {
  expect(() => describeSchedule(cron("61 * * * *"))).toThrow(RangeError);
  expect(() => describeSchedule({ kind: "once", timezone: "UTC", at: "2027-02-30T09:00" })).toThrow(
    RangeError,
  );
});
