import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySchedules, modernDates, zoneNames } from "./arbitraries.test-support.ts";
import { type LocalDay, localDays, runsByDay } from "./days.ts";
import { nextRun } from "./runs.ts";
import type { Schedule } from "./schema.ts";

const hour = 3_600_000;
const at = (text: string) => new Date(text);
const berlin = "Europe/Berlin";

const hoursOf = ({ start, end }: LocalDay) => (end.getTime() - start.getTime()) / hour;

describe("localDays", () => {
  it("names the days from the first instant to the one before the last", () => {
    const days = localDays(berlin, at("2027-02-28T23:00:00Z"), at("2027-03-02T23:00:00Z"));
    expect(days.map(({ date }) => date)).toEqual(["2027-03-01", "2027-03-02"]);
    const within = localDays(berlin, at("2027-02-28T22:59:59.999Z"), at("2027-03-02T23:00:00.001Z"));
    expect(within.map(({ date }) => date)).toEqual(["2027-02-28", "2027-03-01", "2027-03-02", "2027-03-03"]);
  });

  it("makes the days of clock changes 23 and 25 hours long", () => {
    const lengths = (from: string) =>
      localDays(berlin, at(from), new Date(at(from).getTime() + 48 * hour)).map(hoursOf);
    expect(lengths("2027-03-27T12:00:00Z")).toEqual([24, 23, 24]);
    expect(lengths("2027-10-30T12:00:00Z")).toEqual([24, 25, 24]);
  });

  it("leaves out the day that Samoa skipped", () => {
    const days = localDays("Pacific/Apia", at("2011-12-29T12:00:00Z"), at("2011-12-31T12:00:00Z"));
    expect(days.map(({ date }) => date)).toEqual(["2011-12-29", "2011-12-31", "2012-01-01"]);
  });

  it("has no hole and no day twice, in any zone", () => {
    fc.assert(
      fc.property(zoneNames, modernDates, fc.integer({ min: 1, max: 60 * 24 * hour }), (zone, from, ms) => {
        const to = new Date(from.getTime() + ms);
        const days = localDays(zone, from, to);
        expect(days[0]?.start.getTime()).toBeLessThanOrEqual(from.getTime());
        expect(days.at(-1)?.end.getTime()).toBeGreaterThanOrEqual(to.getTime());
        expect(days.slice(1).map(({ start }) => start)).toEqual(days.slice(0, -1).map(({ end }) => end));
        expect(days.map(({ date }) => date)).toEqual([...new Set(days.map(({ date }) => date))].sort());
      }),
    );
  });
});

/** The same by going from run to run. */
function runsOneByOne(
  schedule: Schedule,
  days: readonly LocalDay[],
  window: { after: Date; before: Date; anchor: Date; runsBefore: number },
) {
  const runs: Date[] = [];
  const next = (after: Date) =>
    nextRun(schedule, after, window.anchor, { runsBefore: window.runsBefore + runs.length });
  for (let run = next(window.after); run !== null && run < window.before; run = next(run)) runs.push(run);
  return days.flatMap(({ date, start, end }) => {
    const ofDay = runs.filter((run) => start <= run && run < end);
    const [first] = ofDay;
    return first === undefined ? [] : [{ date, count: ofDay.length, first, last: ofDay.at(-1) }];
  });
}

describe("runsByDay", () => {
  it("finds what going from run to run finds", () => {
    fc.assert(
      fc.property(
        anySchedules,
        zoneNames,
        modernDates,
        fc.integer({ min: 1, max: 72 * hour }),
        fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
        (schedule, zone, from, ms, maxRuns) => {
          const limited =
            maxRuns === undefined || schedule.kind === "once" ? schedule : { ...schedule, maxRuns };
          const before = new Date(from.getTime() + ms);
          const window = { after: from, before, anchor: from, runsBefore: 3 };
          const days = localDays(zone, from, before);
          expect(runsByDay(limited, days, window)).toEqual(runsOneByOne(limited, days, window));
        },
      ),
      { numRuns: 300 },
    );
  });

  const window = (from: string, to: string, runsBefore = 0) => ({
    ...{ after: at(from), before: at(to), anchor: at(from), runsBefore },
  });
  const six = window("2027-03-01T00:00:00Z", "2027-04-12T00:00:00Z");
  const days = localDays(berlin, six.after, six.before);

  it("counts every minute of six weeks, an hour less on the day of the change", () => {
    const schedule: Schedule = { kind: "cron", timezone: berlin, cron: "* * * * *" };
    const found = runsByDay(schedule, days, six);
    expect(found).toHaveLength(43);
    expect(found.find(({ date }) => date === "2027-03-28")).toEqual({
      date: "2027-03-28",
      count: 23 * 60,
      first: at("2027-03-27T23:00:00Z"),
      last: at("2027-03-28T21:59:00Z"),
    });
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(42 * 24 * 60 - 1);
  });

  it("stops in the middle of a day when the runs are used up", () => {
    const schedule: Schedule = { kind: "every", seconds: 60, maxRuns: 2_000 };
    expect(runsByDay(schedule, days, { ...six, runsBefore: 1_990 })).toEqual([
      { date: "2027-03-01", count: 10, first: at("2027-03-01T00:01:00Z"), last: at("2027-03-01T00:10:00Z") },
    ]);
    expect(runsByDay(schedule, days, { ...six, runsBefore: 2_000 })).toEqual([]);
    expect(runsByDay(schedule, days, { ...six, runsBefore: 1_999 })).toMatchObject([{ count: 1 }]);
  });

  it("leaves out days without runs, and has none for a relative schedule", () => {
    const weekly: Schedule = { kind: "weekly", timezone: berlin, weekdays: ["monday"], time: "09:00" };
    const dates = runsByDay(weekly, days, six).map(({ date }) => date);
    expect(dates).toEqual([
      ...["2027-03-01", "2027-03-08", "2027-03-15", "2027-03-22", "2027-03-29", "2027-04-05"],
    ]);
    const relative: Schedule = { kind: "relative", timezone: berlin, attribute: "visit", offsetSeconds: 0 };
    expect(runsByDay(relative, days, six)).toEqual([]);
  });
});
