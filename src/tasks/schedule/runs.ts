import { type Bounds, boundsOf } from "./bounds.ts";
import { DAY_MS, SECOND_MS } from "./calendar.ts";
import { countIntervals, nextInterval } from "./interval.ts";
import { countLocal, type LocalRule, localRuleOf, nextLocal } from "./local-rule.ts";
import { relativeRunAt } from "./relative.ts";
import type { LocalSchedule, Schedule } from "./schema.ts";
import { firstInstantShowing, latestLocalUntil, segmentAt, type ZoneSegment } from "./zone.ts";

/** A stretch of runs. `first` and `last` are null when there is none, the same when there is one. */
export interface RunStretch {
  count: number;
  first: Date | null;
  last: Date | null;
}

/**
 * A cron that follows the clock may name only times that its zone skips ("*\/30 2 * 3 SUN#L" in Europe/Berlin,
 * where that hour of that Sunday never exists). One that has runs has one within 41 years (see cron-days.ts).
 */
const MAX_WAIT_MS = 42 * 366 * DAY_MS;

/** What a schedule's runs depend on besides it. */
export interface RunContext {
  /** The date that a `relative` schedule counts from; without it such a schedule has no run. */
  readonly attributeAt?: Date | null;
  /** How many runs there were; the schedule is over when they are `maxRuns`. Default 0. */
  readonly runsBefore?: number;
}

/** Returns how many runs the schedule may still have, infinite without `maxRuns`. */
export function runsLeft(schedule: Schedule, runsBefore: number): number {
  if (schedule.kind === "once" || schedule.maxRuns === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, schedule.maxRuns - runsBefore);
}

/**
 * Returns the first run of the schedule strictly after `after`, null if there is none. `anchor` is when the
 * schedule was set: without `startsAt`, its local date is day 0 of `everyDays` and in week 0 of `everyWeeks`, and an
 * `every` has its first run one interval later. Throws RangeError for a schedule that `checkSchedule` refuses.
 */
export function nextRun(
  schedule: Schedule,
  after: Date,
  anchor: Date,
  context: RunContext = {},
): Date | null {
  if (runsLeft(schedule, context.runsBefore ?? 0) === 0) return null;
  if (schedule.kind === "relative") return nextRelativeRun(schedule, after, context.attributeAt ?? null);
  const bounds = boundsOf(schedule);
  const from = Math.max(after.getTime(), bounds.start - 1);
  const instant =
    schedule.kind === "every"
      ? nextInterval(schedule.seconds, firstOfIntervals(schedule, bounds, anchor), from)
      : nextLocalRun(schedule, from, anchor);
  return instant === null || instant > bounds.end ? null : new Date(instant);
}

function nextRelativeRun(
  schedule: Extract<Schedule, { kind: "relative" }>,
  after: Date,
  attributeAt: Date | null,
): Date | null {
  if (attributeAt === null) return null;
  const run = relativeRunAt(schedule, attributeAt);
  return "at" in run && run.at > after ? run.at : null;
}

function firstOfIntervals(
  schedule: Extract<Schedule, { kind: "every" }>,
  bounds: Bounds,
  anchor: Date,
): number {
  return schedule.startsAt === undefined ? anchor.getTime() + schedule.seconds * SECOND_MS : bounds.start;
}

function nextLocalRun(schedule: LocalSchedule, after: number, anchor: Date): number | null {
  const rule = localRuleOf(schedule, anchor.getTime());
  return rule.timing === "fixed"
    ? nextFixedRun(rule, schedule.timezone, after)
    : nextClockRun(rule, schedule.timezone, after);
}

/*
 * A fixed time runs at the first instant that shows it or a later time. So the runs after an instant are
 * those of the times later than any that was shown until then, and gaps and repeated hours need no cases.
 */
function nextFixedRun(rule: LocalRule, timezone: string, after: number): number | null {
  const local = nextLocal(rule, latestLocalUntil(timezone, after));
  return local === null ? null : firstInstantShowing(timezone, local);
}

function nextClockRun(rule: LocalRule, timezone: string, after: number): number | null {
  let segment = segmentAt(timezone, after);
  let local = nextLocal(rule, after + segment.offset);
  while (local !== null && local - segment.offset >= segment.end) {
    if (segment.end - after > MAX_WAIT_MS) return null;
    segment = segmentAt(timezone, segment.end);
    local = nextLocal(rule, segment.start + segment.offset - 1);
  }
  return local === null ? null : local - segment.offset;
}

/**
 * Counts the runs after `after` up to and including `until`, exactly. `maxRuns` is left out of account, and a
 * `relative` schedule has none. The cost grows with the days that have runs and not with the runs: a year of
 * "* * * * *" takes 0.2 ms, fifty years 8 ms.
 */
export function runsBetween(schedule: Schedule, after: Date, until: Date, anchor: Date): RunStretch {
  const first = nextRun(schedule, after, anchor);
  if (schedule.kind === "relative" || first === null || first > until)
    return { count: 0, first: null, last: null };
  const bounds = boundsOf(schedule);
  const from = Math.max(after.getTime(), bounds.start - 1);
  const to = Math.min(until.getTime(), bounds.end);
  if (schedule.kind === "every") {
    const { count, last } = countIntervals(schedule.seconds, first.getTime(), to);
    return { count, first, last: new Date(last) };
  }
  const { count, last } = countLocalRuns(schedule, from, to, anchor);
  return { count, first, last: new Date(last) };
}

/** The same for a schedule of local times, known to have a run there. */
function countLocalRuns(
  schedule: LocalSchedule,
  after: number,
  until: number,
  anchor: Date,
): { count: number; last: number } {
  const rule = localRuleOf(schedule, anchor.getTime());
  const countIn = rule.timing === "fixed" ? countFixedRuns : countClockRuns;
  let count = 0;
  let last = after;
  let from = after;
  for (;;) {
    const segment = segmentAt(schedule.timezone, from + 1);
    const to = Math.min(until, segment.end - 1);
    const runs = countIn(rule, schedule.timezone, segment, from, to);
    count += runs.count;
    last = runs.last ?? last;
    if (to === until) return { count, last };
    from = to;
  }
}

interface InstantCount {
  count: number;
  last: number | null;
}

/** Counts the runs after `from` up to `to`; the instants from `from + 1` on lie in the segment. */
function countClockRuns(
  rule: LocalRule,
  _timezone: string,
  segment: ZoneSegment,
  from: number,
  to: number,
): InstantCount {
  const { count, last } = countLocal(rule, from + segment.offset, to + segment.offset);
  return { count, last: last === null ? null : last - segment.offset };
}

/** The same for fixed times: all that fall into the gap before the segment are one run at its start. */
function countFixedRuns(
  rule: LocalRule,
  timezone: string,
  segment: ZoneSegment,
  from: number,
  to: number,
): InstantCount {
  const shownBefore = latestLocalUntil(timezone, from);
  const shownFirst = Math.max(shownBefore, from + 1 + segment.offset);
  const atStart = countLocal(rule, shownBefore, shownFirst).count > 0 ? 1 : 0;
  const rest = countLocal(rule, shownFirst, latestLocalUntil(timezone, to));
  const last = rest.last === null ? null : rest.last - segment.offset;
  return { count: atStart + rest.count, last: last ?? (atStart === 1 ? from + 1 : null) };
}
