import { afterAll, beforeAll, expect, it } from "vitest";
import { createTaskFixture, faultsOf, type TaskFixture } from "../../test/tasks.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const post = (body: unknown) => fixture.api.send("POST", "/v1/schedules/preview", { body });
const daily = { kind: "daily", timezone: "Europe/Berlin", time: "02:30" };
const relative = { kind: "relative", timezone: "Europe/Berlin", attribute: "visit", offsetSeconds: -86_400 };

it("shows words, runs and warnings from a moment on", async () => {
  const { status, body } = await post({ schedule: daily, from: "2027-03-26T13:00:00+01:00", count: 3 });
  expect(status).toBe(200);
  expect(body).toEqual({
    description: "Every day at 02:30, Europe/Berlin time",
    next: ["2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z"],
    warnings: [
      {
        code: "skipped_time_moved",
        message: expect.stringContaining("The run is at 03:00."),
        at: "2027-03-28T01:00:00.000Z",
      },
    ],
  });
});

it("shows the next five from now if nothing else is said", async () => {
  const { body } = await post({ schedule: { kind: "every", seconds: 3_600 } });
  const { next } = body as { next: string[] };
  expect(next).toHaveLength(5);
  const first = Date.parse(next[0] ?? "") - Date.now();
  expect(first).toBeGreaterThan(3_540_000);
  expect(first).toBeLessThanOrEqual(3_600_000);
});

it("shows the run of a relative schedule for one value", async () => {
  const from = "2027-03-01T00:00:00Z";
  const next = async (extra: object) => {
    const { body } = await post({ schedule: relative, from, ...extra });
    return (body as { next: string[] }).next;
  };
  expect(await next({})).toEqual([]);
  expect(await next({ attributeValue: "2027-03-28T10:00" })).toEqual(["2027-03-27T08:00:00.000Z"]);
  expect(await next({ attributeValue: "2027-03-01" })).toEqual([]);
});

it("says what is wrong, at its field", async () => {
  const cases: [object, string, string][] = [
    [{ schedule: { ...daily, time: "24:00" } }, "schedule.time", "time_invalid"],
    [{ schedule: { ...daily, timezone: "Mars/Olympus" } }, "schedule.timezone", "timezone_unknown"],
    [{ schedule: { ...daily, endsAt: "2020-01-01T00:00" } }, "schedule.endsAt", "end_in_past"],
    [
      { schedule: { kind: "once", timezone: "UTC", at: "2027-03-01T09:00", maxRuns: 1 } },
      "schedule.maxRuns",
      "unknown_field",
    ],
    [
      { schedule: { kind: "weekly", timezone: "UTC", weekdays: ["Monday"], time: "09:00" } },
      "schedule.weekdays.0",
      "not_one_of",
    ],
    [
      { schedule: { kind: "weekly", timezone: "UTC", weekdays: [], time: "09:00" } },
      "schedule.weekdays",
      "weekdays_empty",
    ],
    [
      { schedule: { kind: "monthly", timezone: "UTC", day: 32, time: "09:00" } },
      "schedule.day",
      "out_of_range",
    ],
    [{ schedule: { kind: "every", seconds: 59 } }, "schedule.seconds", "interval_too_short"],
    [{ schedule: daily, count: 0 }, "count", "out_of_range"],
    [{ schedule: daily, count: 101 }, "count", "out_of_range"],
    [{ schedule: daily, from: "2027-03-01" }, "from", "invalid_format"],
    [{ schedule: daily, from: "3000-01-01T00:00:00Z" }, "from", "out_of_range"],
    [{ schedule: daily, attributeValue: "2027-03-28" }, "attributeValue", "not_relative"],
    [{ schedule: relative, attributeValue: "soon" }, "attributeValue", "no_run"],
    [{ count: 5 }, "schedule", "required"],
  ];
  for (const [body, path, code] of cases) {
    expect([body, faultsOf(await post(body))]).toEqual([body, { [path]: code }]);
  }
});
