import { boundsOf } from "./bounds.ts";
import { dayOfLocal, monthOfDay } from "./calendar.ts";
import { type ClockWarning, warnOfClockChanges, warnOfShiftedTimes } from "./clock-warnings.ts";
import { describeSchedule } from "./describe.ts";
import { localRuleOf } from "./local-rule.ts";
import { nextRun } from "./runs.ts";
import type { Schedule, ScheduleOf } from "./schema.ts";
import { wordDate } from "./words.ts";
import { localAt } from "./zone.ts";

export type ScheduleWarning = ClockWarning | { code: "short_month_last_day"; message: string; at: Date };

export interface SchedulePreview {
  /** Plain English words. */
  description: string;
  /** The next runs, ascending, without jitter; fewer than asked for if the schedule is over after them. */
  next: readonly Date[];
  /** By the time at which they concern a run. */
  warnings: readonly ScheduleWarning[];
}

/**
 * Returns what a schedule that was set at `anchor` does after `from`: its words, its next `count` runs, and a
 * warning for each change of the clock that meets one of them. `runsBefore` is how many runs it has had, for `maxRuns`.
 * A `relative` schedule has no runs of its own. Throws RangeError for a schedule that `checkSchedule` refuses.
 */
export function previewSchedule(
  schedule: Schedule,
  from: Date,
  count: number,
  anchor: Date,
  runsBefore = 0,
): SchedulePreview {
  const next = nextRuns(schedule, from, count, anchor, runsBefore);
  const last = next.at(-1);
  const warnings = last === undefined ? [] : warnUntil(schedule, from, last, anchor);
  return {
    description: describeSchedule(schedule),
    next,
    warnings: warnings.sort((left, right) => left.at.getTime() - right.at.getTime()),
  };
}

function nextRuns(schedule: Schedule, from: Date, count: number, anchor: Date, runsBefore = 0): Date[] {
  const runs: Date[] = [];
  let at = nextRun(schedule, from, anchor, { runsBefore });
  while (at !== null && runs.length < count) {
    runs.push(at);
    at = nextRun(schedule, at, anchor, { runsBefore: runsBefore + runs.length });
  }
  return runs;
}

function warnUntil(schedule: Schedule, from: Date, last: Date, anchor: Date): ScheduleWarning[] {
  const after = Math.max(from.getTime(), boundsOf(schedule).start - 1);
  const until = last.getTime();
  if (schedule.kind === "every" || schedule.kind === "relative") {
    // Without a zone nobody expects a time of day.
    return schedule.timezone === undefined ? [] : warnOfShiftedTimes(schedule.timezone, after, until);
  }
  const rule = localRuleOf(schedule, anchor.getTime());
  return [
    ...warnOfClockChanges(rule, schedule.timezone, after, until),
    ...(schedule.kind === "monthly" ? warnOfShortMonth(schedule, from, anchor) : []),
  ];
}

/** The longest wait for a shorter month is eight years: for day 29, across a century year without a leap day. */
const SEARCH_MONTHS = 8 * 12 + 1;

/** The first run that is on a month's last day because the month has no day of that number. */
function warnOfShortMonth(schedule: ScheduleOf<"monthly">, from: Date, anchor: Date): ScheduleWarning[] {
  const { day, timezone } = schedule;
  if (day === "last") return [];
  const local = (run: Date) => localAt(timezone, run.getTime());
  const at = nextRuns(schedule, from, SEARCH_MONTHS, anchor).find(
    (run) => monthOfDay(dayOfLocal(local(run))).length < day,
  );
  if (at === undefined) return [];
  const message = `A month without day ${day} has its run on its last day, the next such month on ${wordDate(local(at))}.`;
  return [{ code: "short_month_last_day", message, at }];
}
