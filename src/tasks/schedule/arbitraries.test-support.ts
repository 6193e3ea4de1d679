import fc from "fast-check";
import type { Schedule } from "./schema.ts";

/*
 * Random schedules for the tests of this folder. Written from the dialect's description and not from the
 * parser, so that a form the parser forgets is found.
 */

const WEEKDAYS = ["SUN", "mon", "Tue", "WED", "THU", "FRI", "SAT"];
const MONTHS = ["JAN", "feb", "Mar", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function items(min: number, max: number, maxStep: number, names: readonly string[]): fc.Arbitrary<string> {
  const spell = (value: number) => fc.constantFrom(String(value), names[value - min] ?? String(value));
  const single = fc.integer({ min, max }).chain(spell);
  const range = fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .chain(([a, b]) => fc.tuple(spell(Math.min(a, b)), spell(Math.max(a, b))))
    .map(([low, high]) => `${low}-${high}`);
  const step = fc.integer({ min: 1, max: maxStep });
  return fc.oneof(
    { weight: 4, arbitrary: single },
    { weight: 2, arbitrary: range },
    fc.tuple(range, step).map(([text, by]) => `${text}/${by}`),
    step.map((by) => `*/${by}`),
  );
}

function listOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant("*") },
    { weight: 3, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((list) => list.join(",")) },
  );
}

const weekdayItem = items(0, 7, 7, WEEKDAYS);
const markedWeekday = fc
  .tuple(weekdayItem, fc.constantFrom("#1", "#2", "#3", "#4", "#5", "#L", "L"))
  .map(([item, mark]) => (item.includes("/") ? item : item + mark));

/** Any cron text that is accepted, also one that never fires. */
export const cronTexts: fc.Arbitrary<string> = fc
  .tuple(
    listOf(items(0, 59, 60, [])),
    listOf(items(0, 23, 24, [])),
    listOf(fc.oneof({ weight: 4, arbitrary: items(1, 31, 31, []) }, fc.constant("L"))),
    listOf(items(1, 12, 12, MONTHS)),
    listOf(fc.oneof({ weight: 2, arbitrary: weekdayItem }, markedWeekday)),
  )
  .map((fields) => fields.join(" "));

/** Any zone of the running Node. */
export const zoneNames: fc.Arbitrary<string> = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));

/** Instants at whole milliseconds in years for which every zone keeps whole minutes. */
export const modernDates: fc.Arbitrary<Date> = fc.date({
  min: new Date("1973-01-01T00:00:00Z"),
  max: new Date("2090-01-01T00:00:00Z"),
  noInvalidDate: true,
});

/** "00:00" to "23:59". */
export const timesOfDay: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 1_439 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`);

const WEEKDAY_NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** A local date and time of 1990 to 2059, without an offset. */
export const localDateTimes: fc.Arbitrary<string> = fc
  .date({ min: new Date("1990-01-01T00:00:00Z"), max: new Date("2059-12-31T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 16));

/** Bounds as they may stand beside every kind but `once`, often none. */
const bounds = fc.record({ startsAt: localDateTimes, endsAt: localDateTimes }, { requiredKeys: [] });

const maybeBounds = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, bounds);

/** A schedule of any kind but `relative`, in any zone, also one whose bounds leave it no run. */
export const anySchedules: fc.Arbitrary<Exclude<Schedule, { kind: "relative" }>> = fc.oneof(
  fc.record({ kind: fc.constant("once" as const), timezone: zoneNames, at: localDateTimes }),
  fc
    .tuple(
      fc.oneof(
        fc.record({
          kind: fc.constant("hourly" as const),
          timezone: zoneNames,
          minute: fc.integer({ min: 0, max: 59 }),
        }),
        fc.record({
          kind: fc.constant("daily" as const),
          timezone: zoneNames,
          time: timesOfDay,
          everyDays: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 365 })),
        }),
        fc.record({
          kind: fc.constant("weekly" as const),
          timezone: zoneNames,
          weekdays: fc.uniqueArray(fc.constantFrom(...WEEKDAY_NAMES), { minLength: 1 }),
          time: timesOfDay,
          everyWeeks: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 52 })),
        }),
        fc.record({
          kind: fc.constant("monthly" as const),
          timezone: zoneNames,
          day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constantFrom(29, 30, 31, "last" as const)),
          time: timesOfDay,
        }),
        fc.record({ kind: fc.constant("cron" as const), timezone: zoneNames, cron: cronTexts }),
        fc.record({
          kind: fc.constant("every" as const),
          timezone: zoneNames,
          seconds: fc.oneof(
            fc.integer({ min: 60, max: 7_200 }),
            fc.integer({ min: 60, max: 31_622_400 }),
            fc.constantFrom(3_600, 86_400, 604_800),
          ),
        }),
      ),
      maybeBounds,
    )
    .map(([schedule, limits]) => ({ ...schedule, ...limits })),
);
