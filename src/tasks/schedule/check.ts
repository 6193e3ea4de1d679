import { checkTimezoneName } from "../../base/timezone.ts";
import { boundsOf, boundText } from "./bounds.ts";
import { MINUTE_MS, parseLocalDateTime, parseTimeOfDay, SECOND_MS } from "./calendar.ts";
import { parseCron } from "./cron-pattern.ts";
import { localRuleOf, shortestWait } from "./local-rule.ts";
import { nextRun } from "./runs.ts";
import type { Schedule } from "./schema.ts";
import { wordDateTime } from "./words.ts";
import { localAt } from "./zone.ts";

export type ScheduleProblemCode =
  | "timezone_unknown"
  | "date_impossible"
  | "date_too_far"
  | "date_time_invalid"
  | "time_invalid"
  | "schedule_in_past"
  | "start_after_end"
  | "end_in_past"
  | "no_run_before_end"
  | "jitter_too_long"
  | "weekdays_empty"
  | "weekday_duplicate"
  | "interval_too_short"
  | "interval_too_long"
  | "cron_invalid"
  | "cron_too_fine"
  | "cron_never_fires";

export interface ScheduleProblem {
  /** The field of the schedule, for example "cron" or "weekdays.1". */
  path: string;
  code: ScheduleProblemCode;
  /** What is wrong and what would be accepted. */
  message: string;
}

const SHORTEST_INTERVAL = 60;
const LONGEST_INTERVAL = 31_622_400;

/** Beyond it a date is a typing error, or somebody's word for "never". */
const FIRST_YEAR_TOO_FAR = 3_000;

/**
 * Returns everything that is wrong with a schedule of the right shape; empty if it can be stored. A
 * schedule that passes has a run after `now`; for a `relative` one that depends on each contact.
 */
export function checkSchedule(schedule: Schedule, now: Date): readonly ScheduleProblem[] {
  const problems = [
    ...checkTimezone(schedule.timezone),
    ...checkTimes(schedule),
    ...checkBoundTexts(schedule),
  ];
  if (problems.length > 0) return problems;
  const wrongBounds = checkBounds(schedule, now);
  return wrongBounds.length > 0 ? wrongBounds : [...checkJitter(schedule), ...checkFiresAfter(schedule, now)];
}

function checkTimezone(timezone: string | undefined): ScheduleProblem[] {
  if (timezone === undefined) return [];
  const checked = checkTimezoneName(timezone);
  if (checked.known) return [];
  const instead =
    checked.meant === null
      ? 'an IANA name is accepted, for example "Europe/Berlin"'
      : `it is spelled "${checked.meant}"`;
  return [
    { path: "timezone", code: "timezone_unknown", message: `"${timezone}" is not a time zone; ${instead}` },
  ];
}

function checkTimes(schedule: Schedule): ScheduleProblem[] {
  switch (schedule.kind) {
    case "once":
      return checkDateTime("at", schedule.at);
    case "hourly":
      return [];
    case "daily":
    case "monthly":
      return checkTime(schedule.time);
    case "weekly":
      return [...checkWeekdays(schedule.weekdays), ...checkTime(schedule.time)];
    case "cron": {
      const parsed = parseCron(schedule.cron);
      return parsed.ok ? [] : parsed.problems.map((problem) => ({ path: "cron", ...problem }));
    }
    case "every":
      return checkInterval(schedule.seconds);
    case "relative":
      return schedule.time === undefined ? [] : checkTime(schedule.time);
  }
}

function checkTime(time: string): ScheduleProblem[] {
  return parseTimeOfDay(time).ok ? [] : [timeInvalid("time", time)];
}

function timeInvalid(path: string, time: string): ScheduleProblem {
  return {
    path,
    code: "time_invalid",
    message: `"${time}" is not a time of day; 00:00 to 23:59 is accepted, with two digits each`,
  };
}

function checkWeekdays(weekdays: readonly string[]): ScheduleProblem[] {
  if (weekdays.length === 0) {
    const message = "no day is named; at least one of monday to sunday is accepted";
    return [{ path: "weekdays", code: "weekdays_empty", message }];
  }
  return weekdays.flatMap((name, index) =>
    weekdays.indexOf(name) === index
      ? []
      : [
          {
            path: `weekdays.${index}`,
            code: "weekday_duplicate",
            message: `"${name}" is named twice; each day is accepted once`,
          } as const,
        ],
  );
}

function checkInterval(seconds: number): ScheduleProblem[] {
  const accepted = `${SHORTEST_INTERVAL} to ${LONGEST_INTERVAL} seconds are accepted`;
  if (seconds < SHORTEST_INTERVAL) {
    const message = `too short, a task runs once a minute at most; ${accepted}`;
    return [{ path: "seconds", code: "interval_too_short", message }];
  }
  if (seconds > LONGEST_INTERVAL) {
    const message = `too long; ${accepted}`;
    return [{ path: "seconds", code: "interval_too_long", message }];
  }
  return [];
}

function checkBoundTexts(schedule: Schedule): ScheduleProblem[] {
  if (schedule.kind === "once") return [];
  const { startsAt, endsAt } = schedule;
  const inUtc = schedule.timezone === undefined;
  return [
    ...(startsAt === undefined ? [] : checkDateTime("startsAt", boundText(schedule, startsAt), inUtc)),
    ...(endsAt === undefined ? [] : checkDateTime("endsAt", boundText(schedule, endsAt), inUtc)),
  ];
}

function checkDateTime(path: string, text: string, inUtc = false): ScheduleProblem[] {
  const parsed = parseLocalDateTime(text);
  if (parsed.ok) return checkYear(path, text);
  switch (parsed.reason) {
    case "shape": {
      const message = inUtc
        ? `"${text}" is not a date and time in UTC; one without an offset is accepted, like "2027-03-01T09:00Z", or a timezone beside it`
        : `"${text}" is not a local date and time; one without an offset or "Z" is accepted, like "2027-03-01T09:00"`;
      return [{ path, code: "date_time_invalid", message }];
    }
    case "date": {
      const message = `"${text.slice(0, 10)}" is not in the calendar; a date that exists is accepted`;
      return [{ path, code: "date_impossible", message }];
    }
    case "time":
      return [timeInvalid(path, text.slice(11))];
  }
}

function checkYear(path: string, text: string): ScheduleProblem[] {
  if (Number(text.slice(0, 4)) < FIRST_YEAR_TOO_FAR) return [];
  const orNone = path === "at" ? "" : ", or none at all";
  const message = `"${text}" is too far away; a date before the year ${FIRST_YEAR_TOO_FAR} is accepted${orNone}`;
  return [{ path, code: "date_too_far", message }];
}

function checkBounds(schedule: Schedule, now: Date): ScheduleProblem[] {
  if (schedule.kind === "once" || schedule.endsAt === undefined) return [];
  const { start, end } = boundsOf(schedule);
  if (start > end) {
    const message = `"${schedule.endsAt}" is before the start ("${schedule.startsAt}"); a later time is accepted`;
    return [{ path: "endsAt", code: "start_after_end", message }];
  }
  if (end <= now.getTime()) {
    const message = `"${schedule.endsAt}" is not after now, ${wordInstant(schedule, now)}; a later time is accepted`;
    return [{ path: "endsAt", code: "end_in_past", message }];
  }
  return [];
}

function checkJitter(schedule: Schedule): ScheduleProblem[] {
  const { kind, jitterSeconds = 0 } = schedule;
  if (jitterSeconds === 0 || kind === "once" || kind === "relative") return [];
  const shortest = kind === "every" ? schedule.seconds : shortestWait(localRuleOf(schedule, 0)) / SECOND_MS;
  if (jitterSeconds < shortest) return [];
  const message = `must be less than the shortest time between two runs; 0 to ${shortest - 1} seconds are accepted`;
  return [{ path: "jitterSeconds", code: "jitter_too_long", message }];
}

function checkFiresAfter(schedule: Schedule, now: Date): ScheduleProblem[] {
  if (schedule.kind === "relative" || nextRun(schedule, now, now) !== null) return [];
  if (schedule.kind === "once") {
    return [
      {
        path: "at",
        code: "schedule_in_past",
        message: `"${schedule.at}" is not after now, ${wordInstant(schedule, now)}; a later time is accepted`,
      },
    ];
  }
  const { endsAt, ...endless } = schedule;
  const first = nextRun(endless, now, now);
  if (first !== null) {
    return [
      {
        path: "endsAt",
        code: "no_run_before_end",
        message: `no run is left until "${endsAt}", the first would be on ${wordInstant(schedule, first)}; a later time is accepted`,
      },
    ];
  }
  return [
    {
      path: "cron",
      code: "cron_never_fires",
      message: `no time that the clocks of ${schedule.timezone} show matches the cron; one that matches some day is accepted`,
    },
  ];
}

/** An instant as the clocks of the schedule's zone show it: "Monday 1 March 2027 at 09:00 (Europe/Berlin)". */
function wordInstant({ timezone = "UTC" }: Schedule, at: Date): string {
  const local = localAt(timezone, at.getTime());
  return `${wordDateTime(local - (local % MINUTE_MS))} (${timezone})`;
}
