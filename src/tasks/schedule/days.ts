import { DAY_MS, dayOfLocal } from "./calendar.ts";
import { nextRun, runsBetween, runsLeft } from "./runs.ts";
import type { Schedule } from "./schema.ts";
import { firstInstantShowing, latestLocalUntil } from "./zone.ts";

/** One day of a zone's calendar. */
export interface LocalDay {
  /** "2027-03-01" */
  readonly date: string;
  readonly start: Date;
  /** The first instant that is no longer in it. */
  readonly end: Date;
}

/**
 * Returns the days of the zone from the one of `from` to the one of the instant before `to`, without holes between
 * them. A day begins at the first instant that shows it: what the clocks show again after that is still this day.
 */
export function localDays(timezone: string, from: Date, to: Date): readonly LocalDay[] {
  const days: LocalDay[] = [];
  let day = dayOfLocal(latestLocalUntil(timezone, from.getTime()));
  let start = firstInstantShowing(timezone, day * DAY_MS);
  while (start < to.getTime()) {
    const end = firstInstantShowing(timezone, (day + 1) * DAY_MS);
    // A zone that crossed the date line has a day that never was.
    if (end > start) days.push({ date: dateOf(day), start: new Date(start), end: new Date(end) });
    day += 1;
    start = end;
  }
  return days;
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The runs of one day. */
export interface DayRuns {
  readonly date: string;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
}

/** Which runs are meant. */
export interface RunWindow {
  readonly after: Date;
  /** Runs at this instant are left out. */
  readonly before: Date;
  /** When the schedule was set. */
  readonly anchor: Date;
  /** Runs that there were, for `maxRuns`. */
  readonly runsBefore: number;
}

/**
 * Returns the runs of a schedule by day, without jitter; days without any are left out, and a `relative` schedule has
 * none. The cost grows with the days that have runs and not with the runs. Throws RangeError for a schedule that
 * `checkSchedule` refuses.
 */
export function runsByDay(
  schedule: Schedule,
  days: readonly LocalDay[],
  window: RunWindow,
): readonly DayRuns[] {
  const { after, before, anchor } = window;
  const found: DayRuns[] = [];
  let left = runsLeft(schedule, window.runsBefore);
  let run = nextRun(schedule, after, anchor);
  for (const { date, end } of days) {
    if (run === null || run >= before || left === 0) break;
    const until = new Date(Math.min(end.getTime(), before.getTime()) - 1);
    if (run > until) continue;
    const first = run;
    run = nextRun(schedule, first, anchor);
    if (run === null || run > until) {
      found.push({ date, count: 1, first, last: first });
      left -= 1;
      continue;
    }
    const ofDay = runsBetween(schedule, justBefore(first), until, anchor);
    const count = Math.min(ofDay.count, left);
    // Without a last one there would be no first one.
    const last =
      count < ofDay.count || ofDay.last === null
        ? findRun(schedule, first, { number: count, until, anchor })
        : ofDay.last;
    found.push({ date, count, first, last });
    left -= count;
    run = nextRun(schedule, until, anchor);
  }
  return found;
}

function justBefore(run: Date): Date {
  return new Date(run.getTime() - 1);
}

/** Returns the run of this number, counted from `first`, which is 1. There is one up to `until`. */
function findRun(
  schedule: Schedule,
  first: Date,
  wanted: { readonly number: number; readonly until: Date; readonly anchor: Date },
): Date {
  const { number, until, anchor } = wanted;
  let early = first.getTime() - 1;
  let late = until.getTime();
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    const { count } = runsBetween(schedule, justBefore(first), new Date(middle), anchor);
    if (count >= number) late = middle;
    else early = middle;
  }
  return new Date(late);
}
