import { dayOfLocal } from "./calendar.ts";
import { countLocal, type LocalRule, nextLocal } from "./local-rule.ts";
import { wordCount, wordDate, wordDateTime, wordDuration, wordTime } from "./words.ts";
import { segmentAt } from "./zone.ts";

export interface ClockWarning {
  code:
    | "skipped_time_moved"
    | "skipped_hour_no_run"
    | "repeated_time_runs_once"
    | "repeated_hour_runs_twice"
    | "local_time_shifts";
  message: string;
  /** The run that it is about; for runs that are left out, the change of the clock. */
  at: Date;
}

/** A change of a zone's offset: at `at` (epoch ms) the clock goes from one local time to another (local ms). */
interface ClockChange {
  timezone: string;
  at: number;
  before: number;
  after: number;
  from: number;
  to: number;
}

/** Local times of a rule in a gap or a repeated hour. */
interface TimesInside {
  count: number;
  first: number;
  last: number;
}

/** The longest time by which a clock was put back: runs of the first pass are so long before their change. */
const MAX_REPEAT_MS = 25 * 3_600_000;

/** Returns a warning for each change of the clock that meets runs of the rule after `after` up to `until` (epoch ms). */
export function warnOfClockChanges(
  rule: LocalRule,
  timezone: string,
  after: number,
  until: number,
): ClockWarning[] {
  return clockChanges(timezone, after, until + MAX_REPEAT_MS)
    .flatMap((change) => warnOf(rule, change))
    .filter(({ at }) => at.getTime() > after && at.getTime() <= until);
}

/** Returns a warning for each change of the clock after which runs at a fixed distance are at other times of day. */
export function warnOfShiftedTimes(timezone: string, after: number, until: number): ClockWarning[] {
  return clockChanges(timezone, after, until).map((change) => {
    const shift = wordDuration(Math.abs(change.after - change.before));
    const side = change.after > change.before ? "more" : "less";
    const message = `The ${describeChange(change).slice(4)}: from then on the clock shows ${shift} ${side} at each run, since the runs follow real time.`;
    return { code: "local_time_shifts", message, at: new Date(change.at) };
  });
}

function clockChanges(timezone: string, after: number, until: number): ClockChange[] {
  const changes: ClockChange[] = [];
  let before = segmentAt(timezone, after);
  while (before.end <= until) {
    const segment = segmentAt(timezone, before.end);
    changes.push({
      timezone,
      at: segment.start,
      before: before.offset,
      after: segment.offset,
      from: segment.start + before.offset,
      to: segment.start + segment.offset,
    });
    before = segment;
  }
  return changes;
}

function warnOf(rule: LocalRule, change: ClockChange): ClockWarning[] {
  const inside = timesFrom(rule, Math.min(change.from, change.to), Math.max(change.from, change.to));
  if (inside === null) return [];
  return [change.to > change.from ? warnOfGap(rule, change, inside) : warnOfRepeat(rule, change, inside)];
}

function warnOfGap(rule: LocalRule, change: ClockChange, inside: TimesInside): ClockWarning {
  const times = describeTimes(inside);
  const why = `${times} ${inside.count === 1 ? "does" : "do"} not exist: ${describeChange(change)}`;
  const at = new Date(change.at);
  if (rule.timing === "clock") {
    const what = inside.count === 1 ? "There is no run for it" : "There are no runs for them";
    return { code: "skipped_hour_no_run", message: `${why}. ${what}.`, at };
  }
  const what = inside.count === 1 ? "The run is" : "They are one run,";
  return { code: "skipped_time_moved", message: `${why}. ${what} at ${describeEnd(change)}.`, at };
}

function warnOfRepeat(rule: LocalRule, change: ClockChange, inside: TimesInside): ClockWarning {
  const times = describeTimes(inside);
  const why = `${times} ${inside.count === 1 ? "exists" : "exist"} twice: ${describeChange(change)}`;
  if (rule.timing === "clock") {
    const what = inside.count === 1 ? "It runs" : "They run";
    const at = new Date(inside.first - change.after);
    return { code: "repeated_hour_runs_twice", message: `${why}. ${what} both times.`, at };
  }
  const what = inside.count === 1 ? "It runs once" : "Each runs once";
  const at = new Date(inside.first - change.before);
  return { code: "repeated_time_runs_once", message: `${why}. ${what}, the first time.`, at };
}

/** The rule's times from `low` to just before `high`, null if there are none. */
function timesFrom(rule: LocalRule, low: number, high: number): TimesInside | null {
  const first = nextLocal(rule, low - 1);
  const { count, last } = countLocal(rule, low - 1, high - 1);
  return first === null || last === null ? null : { count, first, last };
}

function describeTimes({ count, first, last }: TimesInside): string {
  if (count === 1) return `${wordTime(first)} on ${wordDate(first)}`;
  const range = `${wordCount(count, "time")} from ${wordTime(first)}`;
  return dayOfLocal(first) === dayOfLocal(last)
    ? `${range} to ${wordTime(last)} on ${wordDate(first)}`
    : `${range} on ${wordDate(first)} to ${wordDateTime(last)}`;
}

function describeChange({ timezone, from, to }: ClockChange): string {
  return dayOfLocal(from) === dayOfLocal(to)
    ? `the clocks of ${timezone} go from ${wordTime(from)} to ${wordTime(to)} on ${wordDate(from)}`
    : `the clocks of ${timezone} go from ${wordDateTime(from)} to ${wordDateTime(to)}`;
}

function describeEnd({ from, to }: ClockChange): string {
  return dayOfLocal(from) === dayOfLocal(to) ? wordTime(to) : wordDateTime(to);
}
