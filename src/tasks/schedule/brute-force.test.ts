import { Cron } from "croner";
import fc from "fast-check";
import { expect, test } from "vitest";
import { modernDates, zoneNames } from "./arbitraries.test-support.ts";
import { nextRun, runsBetween } from "./runs.ts";
import type { Schedule } from "./schema.ts";

/*
 * The DST rules once more, as directly as they can be said: walk the minutes of a stretch of real time, ask
 * Temporal what each shows on the wall, and look for the schedule's times among them.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Wall {
  instant: number;
  /** What the clock shows, as if it were UTC. */
  local: number;
}

function walkMinutes(zone: string, from: number, until: number): Wall[] {
  const walls: Wall[] = [];
  for (let instant = from; instant <= until; instant += MINUTE) {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
    walls.push({ instant, local: instant + offsetNanoseconds / 1e6 });
  }
  return walls;
}

/** The runs in the walk: each minute whose wall time matches. */
function clockRuns(walls: readonly Wall[], matches: (local: number) => boolean): number[] {
  return walls.filter(({ local }) => matches(local)).map(({ instant }) => instant);
}

/** The runs in the walk: for each time the first minute that shows it, else the first minute after its gap. */
function fixedRuns(walls: readonly Wall[], matches: (local: number) => boolean): number[] {
  const firstShown = new Map<number, number>();
  for (const { instant, local } of walls) {
    if (!firstShown.has(local)) firstShown.set(local, instant);
  }
  const runs = new Set<number>();
  for (const [index, { instant, local }] of walls.entries()) {
    if (matches(local)) runs.add(firstShown.get(local) ?? Number.NaN);
    const before = walls[index - 1]?.local ?? local;
    for (let skipped = before + MINUTE; skipped < local; skipped += MINUTE) {
      if (matches(skipped)) runs.add(instant);
    }
  }
  return [...runs].sort((a, b) => a - b);
}

function ourRuns(schedule: Schedule, from: number, until: number): number[] {
  const runs: number[] = [];
  let at = nextRun(schedule, new Date(from), new Date(0));
  for (; at !== null && at.getTime() <= until; at = nextRun(schedule, at, new Date(0)))
    runs.push(at.getTime());
  return runs;
}

const minuteOf = (local: number): number => Math.floor(local / MINUTE) % 60;
const hourOf = (local: number): number => Math.floor(local / HOUR) % 24;

const SCHEDULES: [string, "fixed" | "clock", (local: number) => boolean][] = [
  ["* * * * *", "clock", () => true],
  ["*/7 * * * *", "clock", (local) => minuteOf(local) % 7 === 0],
  ["30 */2 * * *", "clock", (local) => minuteOf(local) === 30 && hourOf(local) % 2 === 0],
  ["* 0-2 * * *", "clock", (local) => hourOf(local) <= 2],
  ["0-59 0-23 * * *", "fixed", () => true],
  [
    "5,20,50 0-3,22,23 * * *",
    "fixed",
    (l) => [5, 20, 50].includes(minuteOf(l)) && (hourOf(l) <= 3 || hourOf(l) >= 22),
  ],
  ["30 2 * * *", "fixed", (local) => minuteOf(local) === 30 && hourOf(local) === 2],
];

test("every change of every zone's clock from 2024 to 2033 goes by the rules", () => {
  const until = Date.UTC(2034, 0, 1);
  let changes = 0;
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    let change = Temporal.Instant.from("2024-01-01T00:00Z")
      .toZonedDateTimeISO(zone)
      .getTimeZoneTransition("next");
    for (
      ;
      change !== null && change.epochMilliseconds < until;
      change = change.getTimeZoneTransition("next")
    ) {
      changes += 1;
      const from = change.epochMilliseconds - 150 * MINUTE;
      const to = change.epochMilliseconds + 150 * MINUTE;
      const walls = walkMinutes(zone, from, to);
      for (const [cron, timing, matches] of SCHEDULES) {
        const expected = timing === "fixed" ? fixedRuns(walls, matches) : clockRuns(walls, matches);
        const inside = expected.filter((instant) => instant > from);
        const schedule: Schedule = { kind: "cron", timezone: zone, cron };
        const ours = ourRuns(schedule, from, to);
        if (ours.join() !== inside.join()) expect([zone, cron, ours]).toEqual([zone, cron, inside]);
        const counted = runsBetween(schedule, new Date(from), new Date(to), new Date(0)).count;
        if (counted !== inside.length) expect([zone, cron, counted]).toEqual([zone, cron, inside.length]);
      }
    }
  }
  expect(changes).toBeGreaterThan(1_000);
});

test("random crons in random zones on random days, near a change or not, go by the rules", () => {
  const field = (max: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
      fc
        .uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 })
        .map((list) => list.join(",")),
    );
  const days = fc.constantFrom("* * *", "* * MON-FRI", "1-15 * 0", "L * 6#2");
  const hoursAround = fc.option(fc.integer({ min: 1, max: 10 }));
  fc.assert(
    fc.property(
      zoneNames,
      modernDates,
      hoursAround,
      field(59),
      field(23),
      days,
      (zone, date, near, m, h, d) => {
        const change = Temporal.Instant.fromEpochMilliseconds(date.getTime())
          .toZonedDateTimeISO(zone)
          .getTimeZoneTransition("next");
        const start =
          near === null || change === null ? date.getTime() : change.epochMilliseconds - near * HOUR;
        const from = Math.floor(start / MINUTE) * MINUTE;
        const to = from + 12 * HOUR;
        const cron = `${m} ${h} ${d}`;
        const calendar = new Cron(cron, { mode: "5-part", utcOffset: 0 });
        const matches = (local: number): boolean => calendar.match(new Date(local));
        // The walk starts earlier, so that it knows what the clocks have already shown.
        const walls = walkMinutes(zone, from - 3 * HOUR, to);
        const expected = /[*/]/.test(m + h) ? clockRuns(walls, matches) : fixedRuns(walls, matches);
        const ours = ourRuns({ kind: "cron", timezone: zone, cron }, from, to);
        expect([zone, cron, ...ours]).toEqual([zone, cron, ...expected.filter((instant) => instant > from)]);
      },
    ),
    // A fixed seed, as in cron-pattern.test.ts: croner names the days here.
    { numRuns: 2_000, seed: 26 },
  );
});
