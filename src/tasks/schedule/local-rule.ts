import { BoundedCache } from "./bounded-cache.ts";
import { DAY_MS, dayOfLocal, HOUR_MS, MINUTE_MS, parseLocalDateTime, parseTimeOfDay } from "./calendar.ts";
import { firstCronDay } from "./cron-days.ts";
import { parseCron } from "./cron-pattern.ts";
import type { Schedule } from "./schema.ts";
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
 * Returns the local rule of a schedule. `anchor` (the time of creation, epoch ms) gives day 0 of
 * `everyDays`. Throws RangeError for a schedule that `checkSchedule` refuses.
 */
export function localRuleOf(schedule: Schedule, anchor: number): LocalRule {
  switch (schedule.kind) {
    case "once":
      return ruleOfOnce(schedule.at);
    case "daily": {
      const anchorDay = dayOfLocal(localAt(schedule.timezone, anchor));
      return ruleOfDaily(schedule.time, schedule.everyDays ?? 1, anchorDay);
    }
    case "cron":
      return cronRules.get(schedule.cron, ruleOfCron);
  }
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

function ruleOfDaily(time: string, everyDays: number, anchorDay: number): LocalRule {
  const timeOfDay = parseTimeOfDay(time);
  if (!timeOfDay.ok) throw new RangeError(`"${time}" is not a time of day`);
  return {
    timing: "fixed",
    times: [timeOfDay.value],
    firstDay: (from) => from + ((((anchorDay - from) % everyDays) + everyDays) % everyDays),
  };
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
