import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scheduleSchema } from "./schema.ts";

describe("the shape of a schedule", () => {
  test.each([
    { kind: "once", timezone: "Europe/Berlin", at: "2027-03-01T09:00" },
    { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
    { kind: "daily", timezone: "Europe/Berlin", time: "09:00", everyDays: 365 },
    { kind: "cron", timezone: "Europe/Berlin", cron: "0 9 * * MON-FRI" },
    { kind: "once", timezone: "UTC", at: "2027-03-01T09:00", jitterSeconds: 3_600 },
    { kind: "hourly", timezone: "Europe/Berlin", minute: 59, maxRuns: 1_000_000 },
    { kind: "weekly", timezone: "UTC", weekdays: ["sunday", "monday"], time: "09:00", everyWeeks: 52 },
    { kind: "monthly", timezone: "UTC", day: 31, time: "09:00", startsAt: "2027-03-01T09:00" },
    { kind: "monthly", timezone: "UTC", day: "last", time: "09:00", endsAt: "2027-03-01T09:00" },
    { kind: "every", seconds: 60 },
    { kind: "every", seconds: 60, timezone: "UTC", startsAt: "2027-03-01T09:00", jitterSeconds: 0 },
    { kind: "relative", timezone: "UTC", attribute: "visit", offsetSeconds: -1, time: "09:00" },
  ])("%o is taken as it is", (schedule) => {
    expect(scheduleSchema.parse(schedule)).toEqual(schedule);
  });

  test.each([
    [{ kind: "daily", time: "09:00" }, ["timezone"]],
    [{ kind: "daily", timezone: "UTC", time: "09:00", everyDays: 0 }, ["everyDays"]],
    [{ kind: "daily", timezone: "UTC", time: "09:00", everyDays: 366 }, ["everyDays"]],
    [{ kind: "daily", timezone: "UTC", time: "09:00", everyDays: 1.5 }, ["everyDays"]],
    [{ kind: "cron", timezone: "UTC", cron: "" }, ["cron"]],
    [{ kind: "cron", timezone: "UTC", cron: "* * * * *", time: "09:00" }, []],
    [{ kind: "never", timezone: "UTC" }, ["kind"]],
    [{ kind: "hourly", timezone: "UTC", minute: 60 }, ["minute"]],
    [{ kind: "hourly", minute: 0 }, ["timezone"]],
    [{ kind: "hourly", timezone: "UTC", minute: 0, maxRuns: 0 }, ["maxRuns"]],
    [{ kind: "hourly", timezone: "UTC", minute: 0, maxRuns: 1_000_001 }, ["maxRuns"]],
    [{ kind: "hourly", timezone: "UTC", minute: 0, jitterSeconds: 3_601 }, ["jitterSeconds"]],
    [{ kind: "weekly", timezone: "UTC", weekdays: ["Monday"], time: "09:00" }, ["weekdays", 0]],
    [
      { kind: "weekly", timezone: "UTC", weekdays: ["monday"], time: "09:00", everyWeeks: 53 },
      ["everyWeeks"],
    ],
    [{ kind: "monthly", timezone: "UTC", day: 0, time: "09:00" }, ["day"]],
    [{ kind: "monthly", timezone: "UTC", day: 32, time: "09:00" }, ["day"]],
    [{ kind: "monthly", timezone: "UTC", day: "first", time: "09:00" }, ["day"]],
    [{ kind: "every", seconds: 90.5 }, ["seconds"]],
    [{ kind: "relative", timezone: "UTC", attribute: " ", offsetSeconds: 0 }, ["attribute"]],
    [{ kind: "relative", attribute: "visit", offsetSeconds: 0 }, ["timezone"]],
    [{ kind: "relative", timezone: "UTC", attribute: "visit", offsetSeconds: 4e8 }, ["offsetSeconds"]],
  ])("%o is refused", (schedule, path) => {
    expect(scheduleSchema.safeParse(schedule).error?.issues).toMatchObject([{ path }]);
  });

  test("says why one run has no bounds", () => {
    const schedule = { kind: "once", timezone: "UTC", at: "2027-03-01T09:00" };
    const refusal = (extra: object) =>
      scheduleSchema.safeParse({ ...schedule, ...extra }).error?.issues[0]?.message;
    expect(refusal({ maxRuns: 2 })).toContain("the kind once, which has one run");
    expect(refusal({ color: "red" })).not.toContain("one run");
    expect(scheduleSchema.safeParse(schedule).success).toBe(true);
  });

  test("is documented field by field, under a name of its own", () => {
    const { $defs, $ref } = z.toJSONSchema(scheduleSchema);
    expect($ref).toBe("#/$defs/Schedule");
    const kinds = z.array(z.object({ title: z.string(), properties: z.record(z.string(), z.unknown()) }));
    const documented = kinds.parse($defs?.Schedule?.oneOf);
    expect(documented.map(({ title }) => title)).toEqual([
      ...["Once", "Hourly", "Daily", "Weekly", "Monthly", "Cron", "Every", "Relative"],
    ]);
    for (const { kind: _kind, ...fields } of documented.map(({ properties }) => properties)) {
      for (const field of Object.values(fields)) {
        expect(field).toMatchObject({ description: expect.any(String), example: expect.anything() });
      }
    }
  });
});
