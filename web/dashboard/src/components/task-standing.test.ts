import { expect, it } from "vitest";
import type { Task } from "../api/generated/model";
import { missingDate, whyNotRunning } from "./task-standing.ts";

const byDate = {
  ...{ state: "active", stateReason: null, nextRunAt: null, contactId: "contact_1", expiresAt: null },
  schedule: { kind: "relative", timezone: "UTC", attribute: "appointment", offsetSeconds: -86_400 },
} as const satisfies Partial<Task>;

it("a task by a date that nobody has says so", () => {
  expect(missingDate(byDate)).toBe("No date in “appointment” of the contact has a run still to come.");
  expect(missingDate({ ...byDate, contactId: null })).toBe(
    "No date in “appointment” of any contact has a run still to come.",
  );
  expect(missingDate({ ...byDate, expiresAt: "2027-03-01T09:00:00Z" })).toBe(
    "No date in “appointment” of the contact has a run still to come before the task expires.",
  );
});

it("one with a run ahead, with another schedule, or with another reason does not", () => {
  const daily = { kind: "daily", timezone: "UTC", time: "09:00" } as const;
  expect(missingDate({ ...byDate, nextRunAt: "2027-03-01T09:00:00Z" })).toBeUndefined();
  expect(missingDate({ ...byDate, schedule: daily })).toBeUndefined();
  expect(missingDate({ ...byDate, schedule: null })).toBeUndefined();
  const paused = { ...byDate, state: "paused", stateReason: { code: "paused", message: "Holiday" } } as const;
  expect(missingDate(paused)).toBeUndefined();
  expect(whyNotRunning(paused)).toBe("Holiday");
  expect(whyNotRunning(byDate)).toBe(missingDate(byDate));
});
