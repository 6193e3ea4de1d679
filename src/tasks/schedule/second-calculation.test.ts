import fc from "fast-check";
import { expect, test } from "vitest";
import { anySchedules, localDateTimes } from "./arbitraries.test-support.ts";
import { nextRun, runsBetween } from "./runs.ts";
import { type Schedule, weekdays } from "./schema.ts";
import { temporalRuns } from "./temporal-runs.test-support.ts";

/*
 * Every kind against a calculation that shares no code with it. Cron has its own second calculation in
 * brute-force.test.ts.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ourRuns(schedule: Schedule, after: number, until: number, anchor: number): number[] {
  const runs: number[] = [];
  let at = nextRun(schedule, new Date(after), new Date(anchor));
  for (; at !== null && at.getTime() <= until; at = nextRun(schedule, at, new Date(anchor)))
    runs.push(at.getTime());
  return runs;
}

function compare(schedule: Schedule, after: number, until: number, anchor: number): void {
  compareWith(temporalRuns(schedule, after, until, anchor), schedule, after, until, anchor);
}

function compareWith(
  expected: readonly number[],
  schedule: Schedule,
  after: number,
  until: number,
  anchor: number,
): void {
  const ours = ourRuns(schedule, after, until, anchor);
  const { count, first, last } = runsBetween(schedule, new Date(after), new Date(until), new Date(anchor));
  const counted = [count, first?.getTime(), last?.getTime()];
  // Comparing texts first, because expect is slower than everything else here.
  if (ours.join() !== expected.join()) expect([schedule, ours]).toEqual([schedule, expected]);
  const wanted = [expected.length, expected[0], expected.at(-1)];
  if (counted.join() !== wanted.join()) expect([schedule, counted]).toEqual([schedule, wanted]);
}

function transitionsOf(zone: string, from: string, until: number): number[] {
  const found: number[] = [];
  let change = Temporal.Instant.from(from).toZonedDateTimeISO(zone).getTimeZoneTransition("next");
  for (; change !== null && change.epochMilliseconds < until; change = change.getTimeZoneTransition("next"))
    found.push(change.epochMilliseconds);
  return found;
}

/** What the clock shows just before a change, at it, and a minute to either side; and the middle between the two. */
function localTimesAround(zone: string, change: number): Temporal.PlainDateTime[] {
  const localAt = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  const shownAfter = localAt(change);
  const shownBefore = localAt(change - MINUTE).add({ minutes: 1 });
  const between = shownBefore.until(shownAfter, { largestUnit: "minute" }).minutes;
  return [
    shownBefore.subtract({ minutes: 1 }),
    shownBefore,
    shownBefore.add({ minutes: Math.trunc(between / 2) }),
    shownAfter.subtract({ minutes: 1 }),
    shownAfter,
  ];
}

function schedulesAround(zone: string, change: number): Schedule[] {
  const byTime = localTimesAround(zone, change).flatMap((local): Schedule[] => {
    const time = local.toPlainTime().toString({ smallestUnit: "minute" });
    const at = local.toString({ smallestUnit: "minute" });
    const { day, dayOfWeek, daysInMonth } = local;
    const weekday = weekdays[dayOfWeek - 1] ?? "monday";
    return [
      { kind: "once", timezone: zone, at },
      { kind: "daily", timezone: zone, time },
      { kind: "daily", timezone: zone, time, everyDays: 2 },
      { kind: "daily", timezone: zone, time, startsAt: at },
      { kind: "daily", timezone: zone, time, endsAt: at },
      { kind: "weekly", timezone: zone, weekdays: [weekday], time, everyWeeks: 2 },
      { kind: "monthly", timezone: zone, day: day === daysInMonth ? "last" : day, time },
      { kind: "every", timezone: zone, seconds: 1_800, startsAt: at },
    ];
  });
  const hourly = [0, 15, 30, 59].map((minute): Schedule => ({ kind: "hourly", timezone: zone, minute }));
  return [...byTime, ...hourly];
}

type Expected = Map<string, readonly number[]>;

/** `known` holds what was expected of zones with the same offsets at the same times, which is the same here. */
function compareAround(zone: string, change: number, known: Expected = new Map()): void {
  const anchor = change - 35 * DAY;
  for (const schedule of schedulesAround(zone, change)) {
    // The slow calculation names each hour of its dates, so those that run every hour get fewer of them.
    const span = schedule.kind === "hourly" ? 4 * HOUR : 30 * HOUR;
    const key = JSON.stringify({ ...schedule, timezone: "", change });
    const expected = known.get(key) ?? temporalRuns(schedule, change - span, change + span, anchor);
    known.set(key, expected);
    compareWith(expected, schedule, change - span, change + span, anchor);
  }
}

/** The offsets of a zone before and after each of the changes, as text. */
function historyOf(zone: string, changes: readonly number[]): string {
  const offsets = changes.flatMap((change) =>
    [change - 36 * DAY, change - 1, change].map(
      (instant) => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offset,
    ),
  );
  return [...changes, ...offsets].join(" ");
}

/*
 * Our runs are looked at for every change of every zone. The second calculation, which takes some ten times as long,
 * is made once for all zones that have the same offsets at the same times: it knows nothing else of a zone.
 */
test("every change of every zone's clock in ten years goes by the rules, for every kind", () => {
  const until = Date.UTC(2036, 0, 1);
  const expectedByHistory = new Map<string, Expected>();
  let compared = 0;
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const changes = transitionsOf(zone, "2026-01-01T00:00Z", until);
    const history = historyOf(zone, changes);
    const known = expectedByHistory.get(history) ?? new Map<string, readonly number[]>();
    expectedByHistory.set(history, known);
    for (const change of changes) compareAround(zone, change, known);
    compared += changes.length;
  }
  expect(compared).toBeGreaterThan(1_000);
  expect(expectedByHistory.size).toBeGreaterThan(20);
}, 120_000);

test.each([
  ["Pacific/Apia", "2011-01-01T00:00Z", "a day that is left out"],
  ["Pacific/Kwajalein", "1993-01-01T00:00Z", "another"],
  ["Australia/Lord_Howe", "2024-01-01T00:00Z", "half an hour"],
  ["America/Sao_Paulo", "2016-01-01T00:00Z", "a midnight that does not exist, one that comes twice"],
  ["Africa/Cairo", "2023-01-01T00:00Z", "the same"],
  ["Asia/Beirut", "2019-01-01T00:00Z", "the same"],
  ["Europe/Dublin", "2019-01-01T00:00Z", "winter time as the exception"],
  ["Africa/Casablanca", "2019-01-01T00:00Z", "clocks put back for Ramadan"],
  ["America/Nuuk", "2022-01-01T00:00Z", "gaps that end at midnight"],
  ["Antarctica/Troll", "2019-01-01T00:00Z", "two hours"],
  ["Asia/Pyongyang", "2015-01-01T00:00Z", "another standard time"],
  ["Europe/Istanbul", "2014-01-01T00:00Z", "summer time for good"],
])("the changes in %s from %s on go by the rules (%s)", (zone, from) => {
  const changes = transitionsOf(zone, from, Date.parse(from) + 5 * 366 * DAY);
  expect(changes.length).toBeGreaterThan(0);
  for (const change of changes) compareAround(zone, change);
});

test("10 000 random schedules of all kinds on random dates go by the rules", () => {
  const schedules = anySchedules.filter(({ kind }) => kind !== "cron");
  const spans: Readonly<Record<Schedule["kind"], number>> = {
    ...{ once: 400 * DAY, hourly: 3 * DAY, daily: 40 * DAY, weekly: 70 * DAY, monthly: 400 * DAY },
    ...{ every: 2 * DAY, cron: 0, relative: 0 },
  };
  const near = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(schedules, localDateTimes, near, near, (schedule, date, back, anchorBack) => {
      // A step of the slow calculation is one interval, so the start of an `every` lies close by.
      const start = "startsAt" in schedule ? schedule.startsAt : undefined;
      const about = Date.parse(`${start ?? ("at" in schedule ? schedule.at : date)}:00Z`);
      const unit = schedule.kind === "every" ? schedule.seconds * 1_000 : DAY;
      const anchor = about - anchorBack * unit;
      const after = about + (50 - back) * unit;
      compare(schedule, after, after + Math.max(spans[schedule.kind], 2 * unit), anchor);
    }),
    { numRuns: 10_000 },
  );
}, 120_000);

test("random schedules set far from the moment at which they are looked at go by the rules", () => {
  const kinds = new Set(["daily", "weekly", "monthly"]);
  const schedules = anySchedules.filter(({ kind }) => kinds.has(kind));
  fc.assert(
    fc.property(schedules, localDateTimes, localDateTimes, (schedule, anchor, date) => {
      const after = Date.parse(`${date}:00Z`);
      compare(schedule, after, after + 60 * DAY, Date.parse(`${anchor}:00Z`));
    }),
    { numRuns: 1_000 },
  );
});
