import { BoundedCache } from "./bounded-cache.ts";
import { localBound } from "./bounds.ts";
import {
  DAY_MS,
  dayOfLocal,
  followingMonth,
  HOUR_MS,
  MINUTE_MS,
  mondayOf,
  monthOfDay,
  parseLocalDateTime,
  parseTimeOfDay,
  weekOfDay,
} from "./calendar.ts";
import { firstCronDay } from "./cron-days.ts";
import { parseCron } from "./cron-pattern.ts";
import { type LocalSchedule, type ScheduleOf, weekdays } from "./schema.ts";
import { localAt } from "./zone.ts";

/**
 * What a schedule says about the clock on the wall, before any zone: at which times of which days. A kind
 * of schedule that names local times is one more function that makes such a rule.
 */
export interface LocalRule {
  /**
   * How the times meet a change of the clock. `fixed`: each time is one run, in a gap at its end, in a
   * repeated hour in the first pass. `clock`: a run whenever the clock shows the time, so twice in a
   * repeated hour and not at all in a gap.
   */
  timing: "fixed" | "clock";
  /** Milliseconds since midnight, ascending, at least one. */
  times: readonly number[];
  /** Returns the first day on or after `from` that has runs, null if there is none. */
  firstDay(from: number): number | null;
}

/*
 * Safe to share in the process: a rule depends on the cron text alone. The largest ("* * * * *") has 1 440
 * times, 12 kB; the usual one well under 1 kB.
 */
const cronRules = new BoundedCache<LocalRule>(4_096);

/**
 * Returns the local rule of a schedule. Day 0 of `everyDays` and week 0 of `everyWeeks` have the date of `startsAt`,
 * without it the local date of `anchor` (when the schedule was set, epoch ms). Throws RangeError for a schedule that
 * `checkSchedule` refuses.
 */
export function localRuleOf(schedule: LocalSchedule, anchor: number): LocalRule {
  switch (schedule.kind) {
    case "once":
      return ruleOfOnce(schedule.at);
    case "hourly":
      return cronRules.get(`${schedule.minute} * * * *`, ruleOfCron);
    case "daily":
      return ruleOfDaily(schedule, anchorDay(schedule, anchor));
    case "weekly":
      return ruleOfWeekly(schedule, anchorDay(schedule, anchor));
    case "monthly":
      return ruleOfMonthly(schedule);
    case "cron":
      return cronRules.get(schedule.cron, ruleOfCron);
  }
}

function anchorDay(schedule: ScheduleOf<"daily" | "weekly">, anchor: number): number {
  const { startsAt, timezone } = schedule;
  return dayOfLocal(startsAt === undefined ? localAt(timezone, anchor) : localBound(schedule, startsAt));
}

function ruleOfOnce(at: string): LocalRule {
  const local = parseLocalDateTime(at);
  if (!local.ok) throw new RangeError(`"${at}" is not a local date-time`);
  const day = dayOfLocal(local.value);
  return {
    timing: "fixed",
    times: [local.value - day * DAY_MS],
    firstDay: (from) => (from <= day ? day : null),
  };
}

function ruleOfDaily({ time, everyDays = 1 }: ScheduleOf<"daily">, day0: number): LocalRule {
  return { ...fixedAt(time), firstDay: (from) => from + stepsUntil(day0 - from, everyDays) };
}

function ruleOfWeekly(
  { weekdays: named, time, everyWeeks = 1 }: ScheduleOf<"weekly">,
  day0: number,
): LocalRule {
  const daysOfWeek = named.map((name) => weekdays.indexOf(name)).sort((a, b) => a - b);
  const [firstOfWeek] = daysOfWeek;
  if (firstOfWeek === undefined) throw new RangeError("a weekly schedule has at least one weekday");
  const week0 = weekOfDay(day0);
  return {
    ...fixedAt(time),
    firstDay(from) {
      const week = weekOfDay(from);
      const weeks = stepsUntil(week0 - week, everyWeeks);
      if (weeks > 0) return mondayOf(week + weeks) + firstOfWeek;
      const inWeek = daysOfWeek.find((day) => mondayOf(week) + day >= from);
      return inWeek === undefined ? mondayOf(week + everyWeeks) + firstOfWeek : mondayOf(week) + inWeek;
    },
  };
}

/** Returns the smallest number of steps that is not negative and differs from `distance` by whole multiples of `every`. */
function stepsUntil(distance: number, every: number): number {
  return ((distance % every) + every) % every;
}

function ruleOfMonthly({ day, time }: ScheduleOf<"monthly">): LocalRule {
  const wanted = day === "last" ? 31 : day;
  return {
    ...fixedAt(time),
    firstDay(from) {
      const month = monthOfDay(from);
      const inMonth = month.firstDay + Math.min(wanted, month.length) - 1;
      if (inMonth >= from) return inMonth;
      const { firstDay, length } = followingMonth(month);
      return firstDay + Math.min(wanted, length) - 1;
    },
  };
}

function fixedAt(time: string): Pick<LocalRule, "timing" | "times"> {
  const timeOfDay = parseTimeOfDay(time);
  if (!timeOfDay.ok) throw new RangeError(`"${time}" is not a time of day`);
  return { timing: "fixed", times: [timeOfDay.value] };
}

function ruleOfCron(cron: string): LocalRule {
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new RangeError(parsed.problems[0].message);
  const { pattern } = parsed;
  return {
    timing: pattern.fixedTimes ? "fixed" : "clock",
    times: pattern.hours.flatMap((hour) =>
      pattern.minutes.map((minute) => hour * HOUR_MS + minute * MINUTE_MS),
    ),
    firstDay: (from) => firstCronDay(pattern, from),
  };
}

/** Returns the first local time (local ms) of the rule after `after`, null if there is none. */
export function nextLocal(rule: LocalRule, after: number): number | null {
  for (let day = rule.firstDay(dayOfLocal(after)); day !== null; day = rule.firstDay(day + 1)) {
    const time = rule.times[countTimesUntil(rule, after - day * DAY_MS)];
    if (time !== undefined) return day * DAY_MS + time;
  }
  return null;
}

/**
 * Counts the local times of the rule after `after` up to and including `until`, and names the last one.
 * Takes time by the days that match, not by the times: a year of "* * * * *" is 366 steps.
 */
export function countLocal(
  rule: LocalRule,
  after: number,
  until: number,
): { count: number; last: number | null } {
  const firstDay = dayOfLocal(after);
  const lastDay = dayOfLocal(until);
  let count = 0;
  let last: number | null = null;
  for (let day = rule.firstDay(firstDay); day !== null && day <= lastDay; day = rule.firstDay(day + 1)) {
    const from = day === firstDay ? countTimesUntil(rule, after - day * DAY_MS) : 0;
    const to = day === lastDay ? countTimesUntil(rule, until - day * DAY_MS) : rule.times.length;
    const lastTime = to > from ? rule.times[to - 1] : undefined;
    if (lastTime !== undefined) {
      count += to - from;
      last = day * DAY_MS + lastTime;
    }
  }
  return { count, last };
}

/** Returns how many times of the day are at or before `time`, by binary search. */
function countTimesUntil(rule: LocalRule, time: number): number {
  let low = 0;
  let high = rule.times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = rule.times[middle];
    if (value !== undefined && value <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the shortest time between two times of the rule on one day or on two that follow each other, in ms. */
export function shortestWait(rule: LocalRule): number {
  const [first = 0] = rule.times;
  const nextDay = DAY_MS + first;
  return rule.times.reduce(
    (shortest, time, index) => Math.min(shortest, (rule.times[index + 1] ?? nextDay) - time),
    DAY_MS,
  );
}
