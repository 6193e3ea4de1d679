import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scheduleSchema } from "./schema.ts";

describe("the shape of a schedule", () => {
  test.each([
    { kind: "once", timezone: "Europe/Berlin", at: "2027-03-01T09:00" },
    { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
    { kind: "daily", timezone: "Europe/Berlin", time: "09:00", everyDays: 365 },
    { kind: "cron", timezone: "Europe/Berlin", cron: "0 9 * * MON-FRI" },
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
  ])("%o is refused", (schedule, path) => {
    expect(scheduleSchema.safeParse(schedule).error?.issues).toMatchObject([{ path }]);
  });

  test("is documented field by field, under a name of its own", () => {
    const { $defs, $ref } = z.toJSONSchema(scheduleSchema);
    expect($ref).toBe("#/$defs/Schedule");
    const kinds = z.array(z.object({ title: z.string(), properties: z.record(z.string(), z.unknown()) }));
    const documented = kinds.parse($defs?.Schedule?.oneOf);
    expect(documented.map(({ title }) => title)).toEqual(["Once", "Daily", "Cron"]);
    for (const { kind: _kind, ...fields } of documented.map(({ properties }) => properties)) {
      for (const field of Object.values(fields)) {
        expect(field).toMatchObject({ description: expect.any(String), example: expect.anything() });
      }
    }
  });
});
