import { describe, expect, test } from "vitest";
import type { ScheduleInput } from "../../../api/generated/model";
import {
  emptySchedule,
  hasBounds,
  isFilledIn,
  kinds,
  type ScheduleForm,
  scheduleFieldOf,
  toRunRows,
  toSchedule,
  toScheduleForm,
} from "./rules.ts";

const bounds = { startsAt: "2027-03-01T09:00", endsAt: "2027-12-31T18:00", maxRuns: 10, jitterSeconds: 90 };
const timezone = "Europe/Berlin";

const schedules: readonly ScheduleInput[] = [
  { kind: "once", timezone, at: "2027-03-01T09:00" },
  { kind: "once", timezone, at: "2027-03-01T09:00:30", jitterSeconds: 60 },
  { kind: "hourly", timezone, minute: 0 },
  { kind: "hourly", timezone, minute: 59, ...bounds },
  { kind: "daily", timezone, time: "02:30" },
  { kind: "daily", timezone, time: "09:00", everyDays: 3, ...bounds },
  { kind: "weekly", timezone, weekdays: ["thursday", "monday"], time: "09:00" },
  { kind: "weekly", timezone, weekdays: ["sunday"], time: "09:00", everyWeeks: 2, ...bounds },
  { kind: "monthly", timezone, day: 31, time: "18:00" },
  { kind: "monthly", timezone, day: "last", time: "18:00", ...bounds },
  { kind: "cron", timezone: "America/New_York", cron: "*/5 8-18 * * MON-FRI" },
  { kind: "cron", timezone, cron: "0 9 L * *", ...bounds },
  { kind: "every", seconds: 5_430 },
  { kind: "every", timezone, seconds: 604_800, ...bounds },
  { kind: "relative", timezone, attribute: "purchasedAt", offsetSeconds: 604_800, time: "10:00" },
  { kind: "relative", timezone, attribute: "appointment", offsetSeconds: -86_400 },
  { kind: "relative", timezone, attribute: "birthday", offsetSeconds: 0, ...bounds },
];

describe("a schedule in the form", () => {
  test.each(schedules)("%o comes back as it was", (schedule) => {
    expect(toSchedule(toScheduleForm(schedule, "UTC"))).toEqual(schedule);
  });

  test("all kinds are among those", () => {
    const tried = new Set(schedules.map(({ kind }) => kind));
    expect([...tried, "none"].sort()).toEqual([...kinds].sort());
  });

  test("none is only on demand", () => {
    expect(toSchedule(toScheduleForm(null, timezone))).toBeNull();
  });

  test("bounds in UTC lose their Z in the fields and mean the same without it", () => {
    const schedule = { kind: "every", seconds: 60, startsAt: "2027-03-01T09:00Z" } as const;
    const form = toScheduleForm(schedule, timezone);
    expect(form).toMatchObject({ timezone: null, startsAt: "2027-03-01T09:00" });
    expect(toSchedule(form)).toEqual({ ...schedule, startsAt: "2027-03-01T09:00" });
  });

  test("fields of other kinds keep their values and are not sent", () => {
    const form: ScheduleForm = {
      ...emptySchedule(timezone),
      kind: "cron",
      minute: 7,
      at: "2027-03-01T09:00",
    };
    expect(toSchedule(form)).toEqual({ kind: "cron", timezone, cron: "0 9 * * MON-FRI" });
    expect(toSchedule({ ...form, kind: "hourly" })).toEqual({ kind: "hourly", timezone, minute: 7 });
  });

  test("what is wrong goes as it was typed", () => {
    const form = emptySchedule(timezone);
    expect(toSchedule({ ...form, kind: "hourly", minute: 60.5 })).toMatchObject({ minute: 60.5 });
    expect(toSchedule({ ...form, kind: "daily", everyDays: 0 })).toMatchObject({ everyDays: 0 });
    expect(toSchedule({ ...form, kind: "weekly", weekdays: [] })).toMatchObject({ weekdays: [] });
    expect(toSchedule({ ...form, kind: "every", seconds: { amount: 1, unit: "seconds" } })).toMatchObject({
      seconds: 1,
    });
    expect(toSchedule({ ...form, kind: "once" })).toEqual({ kind: "once", timezone });
  });
});

describe("what there is to preview", () => {
  const form = emptySchedule(timezone);

  test("only what only the member can know is missing at first", () => {
    const missing = kinds.filter((kind) => !isFilledIn({ ...form, kind }));
    expect(missing).toEqual(["once", "relative"]);
  });

  test.each([
    ["hourly", { minute: "" }],
    ["daily", { time: "" }],
    ["weekly", { time: "" }],
    ["every", { seconds: { amount: "", unit: "hours" } }],
    ["cron", { cron: "" }],
    ["daily", { timezone: null }],
  ] as const)("%s with %o is not filled in", (kind, change) => {
    expect(isFilledIn({ ...form, kind, ...change })).toBe(false);
  });

  test("no weekday at all is a fault to show, and an interval needs no zone", () => {
    expect(isFilledIn({ ...form, kind: "weekly", weekdays: [] })).toBe(true);
    expect(isFilledIn({ ...form, kind: "every", timezone: null })).toBe(true);
  });

  test("bounds are seen one by one", () => {
    expect(hasBounds(form)).toBe(false);
    expect(hasBounds({ ...form, endsAt: "2027-03-01T09:00" })).toBe(true);
    expect(hasBounds({ ...form, jitterSeconds: { amount: 0, unit: "minutes" } })).toBe(true);
  });
});

test("faults find the field of their kind", () => {
  expect(scheduleFieldOf("schedule", "cron")).toBe("schedule.kind");
  expect(scheduleFieldOf("schedule.time", "daily")).toBe("schedule.time");
  expect(scheduleFieldOf("schedule.time", "relative")).toBe("schedule.relativeTime");
  expect(scheduleFieldOf("schedule.weekdays.1", "weekly")).toBe("schedule.weekdays.1");
});

describe("the next runs with their warnings", () => {
  const warning = (at: string, message: string) => ({ code: "skipped_time_moved", message, at }) as const;

  test("a warning stands at its run, one of no run between them by its time", () => {
    const rows = toRunRows(
      ["2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z"],
      [warning("2027-03-28T01:00:00Z", "moved"), warning("2027-03-28T12:00:00Z", "left out")],
    );
    expect(
      rows.map(({ at, isRun, warnings }) => [at, isRun, warnings.map(({ message }) => message)]),
    ).toEqual([
      ["2027-03-27T01:30:00.000Z", true, []],
      ["2027-03-28T01:00:00.000Z", true, ["moved"]],
      ["2027-03-28T12:00:00Z", false, ["left out"]],
      ["2027-03-29T00:30:00.000Z", true, []],
    ]);
  });

  test("two warnings of one run are both there", () => {
    const at = "2027-03-28T01:00:00.000Z";
    expect(toRunRows([at], [warning(at, "one"), warning(at, "two")])[0]?.warnings).toHaveLength(2);
  });
});
