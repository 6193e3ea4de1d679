import { describe, expect, it } from "vitest";
import { localDays, type Schedule } from "../schedule/index.ts";
import {
  type CalendarFacts,
  type ContactTimes,
  isFitting,
  planCalendar,
  type ScheduledTask,
} from "./rules.ts";

const at = (text: string) => new Date(text);
const now = at("2027-03-01T10:00:00Z");
const daily: Schedule = { kind: "daily", timezone: "UTC", time: "09:00" };

const task = (fields: Partial<ScheduledTask> = {}): ScheduledTask => ({
  ...{ taskId: "a", name: "Check-in", agentId: null, contactId: null, state: "active" },
  ...{ schedule: daily, scheduledAt: at("2027-02-01T00:00:00Z"), runsCount: 0, expiresAt: null },
  ...fields,
});

const times = (fields: Partial<ContactTimes> & Pick<ContactTimes, "first">): ContactTimes => ({
  ...{ taskId: "r", name: "After the visit", agentId: null, contactId: null, state: "active" },
  ...{ runsCount: 0, expiresAt: null, maxRuns: null, last: fields.first, count: 1 },
  ...fields,
});

function plan(facts: Partial<CalendarFacts> = {}) {
  const { from = at("2027-03-01T00:00:00Z"), to = at("2027-03-04T00:00:00Z") } = facts;
  const days = localDays("UTC", from, to);
  return planCalendar({ now, from, to, days, scheduled: [], contactTimes: [], ...facts });
}

const summary = (planned: ReturnType<typeof plan>) =>
  planned.map(({ date, count, items }) => [date, count, items.map(({ taskId }) => taskId).join(" ")]);

describe("planCalendar", () => {
  it("shows runs to come, one item for a task and a day", () => {
    expect(plan({ scheduled: [task({ agentId: "g", contactId: "c" })] })).toEqual([
      {
        date: "2027-03-02",
        count: 1,
        items: [
          {
            ...{ taskId: "a", name: "Check-in", agentId: "g", contactId: "c", state: "active", count: 1 },
            ...{ at: at("2027-03-02T09:00:00Z"), until: at("2027-03-02T09:00:00Z") },
          },
        ],
      },
      expect.objectContaining({ date: "2027-03-03", count: 1 }),
    ]);
  });

  it("takes a run at the beginning and none at the end", () => {
    const window = { from: at("2027-03-02T09:00:00Z"), to: at("2027-03-03T09:00:00Z") };
    expect(summary(plan({ ...window, scheduled: [task()] }))).toEqual([["2027-03-02", 1, "a"]]);
  });

  it("ends with the task and with its runs", () => {
    const expiresAt = at("2027-03-03T09:00:00Z");
    expect(summary(plan({ scheduled: [task({ expiresAt })] }))).toEqual([["2027-03-02", 1, "a"]]);
    const later = at("2027-04-01T00:00:00Z");
    expect(plan({ scheduled: [task({ expiresAt: later })] })).toHaveLength(2);
    const schedule = { ...daily, maxRuns: 5 };
    expect(summary(plan({ scheduled: [task({ schedule, runsCount: 4 })] }))).toEqual([
      ["2027-03-02", 1, "a"],
    ]);
  });

  it("puts the items of a day in the order of their first runs, then of their ids", () => {
    const early: Schedule = { kind: "daily", timezone: "UTC", time: "08:00" };
    const scheduled = [task({ taskId: "c" }), task({ taskId: "b", schedule: early }), task({ taskId: "a" })];
    expect(summary(plan({ scheduled, to: at("2027-03-03T00:00:00Z") }))).toEqual([
      ["2027-03-02", 3, "b a c"],
    ]);
    const others = [task({ taskId: "a" }), task({ taskId: "c" })];
    expect(summary(plan({ scheduled: others, to: at("2027-03-03T00:00:00Z") }))).toEqual([
      ["2027-03-02", 2, "a c"],
    ]);
  });

  it("shows 200 items of a day and counts them all", () => {
    const hourly: Schedule = { kind: "hourly", timezone: "UTC", minute: 0 };
    const scheduled = Array.from({ length: 201 }, (_, i) => task({ taskId: String(i), schedule: hourly }));
    const [, second] = plan({ scheduled });
    expect(second?.items).toHaveLength(200);
    expect(second?.count).toBe(201 * 24);
  });

  it("leaves out a task whose schedule cannot be computed", () => {
    const schedule: Schedule = { ...daily, timezone: "Mars/Olympus" };
    expect(plan({ scheduled: [task({ schedule })] })).toEqual([]);
  });

  it("places the times of contacts, as many as the schedule still has runs", () => {
    const first = times({ first: at("2027-03-02T08:00:00Z"), last: at("2027-03-02T20:00:00Z"), count: 4 });
    const second = times({ first: at("2027-03-03T08:00:00Z"), count: 4 });
    expect(plan({ contactTimes: [first, second] })).toMatchObject([
      {
        date: "2027-03-02",
        count: 4,
        items: [{ taskId: "r", at: first.first, until: first.last, count: 4 }],
      },
      { date: "2027-03-03", count: 4 },
    ]);
    const limited = [first, second].map((one) => ({ ...one, maxRuns: 7, runsCount: 1 }));
    expect(plan({ contactTimes: limited }).map(({ count }) => count)).toEqual([4, 2]);
    const usedUp = limited.map((one) => ({ ...one, runsCount: 7 }));
    expect(plan({ contactTimes: usedUp })).toEqual([]);
  });

  it("leaves out times beyond the days that it has", () => {
    expect(plan({ contactTimes: [times({ first: at("2027-03-09T08:00:00Z") })] })).toEqual([]);
  });
});

describe("isFitting", () => {
  const timezone = "Europe/Berlin";
  const from = at("2027-09-26T22:00:00Z");

  it("takes six weeks by the clock, also where it is put back", () => {
    expect(isFitting({ from, to: at("2027-11-07T23:00:00Z"), timezone })).toBe(true);
    expect(isFitting({ from, to: at("2027-11-07T23:00:00.001Z"), timezone })).toBe(false);
  });

  it("takes nothing that ends before it begins", () => {
    expect(isFitting({ from, to: from, timezone })).toBe(false);
    expect(isFitting({ from, to: new Date(from.getTime() + 1), timezone })).toBe(true);
  });
});
