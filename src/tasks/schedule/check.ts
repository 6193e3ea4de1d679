import { checkTimezoneName } from "../../base/timezone.ts";
import { type ParsedText, parseLocalDateTime, parseTimeOfDay } from "./calendar.ts";
import { parseCron } from "./cron-pattern.ts";
import { nextRun } from "./runs.ts";
import type { Schedule } from "./schema.ts";

export type ScheduleProblemCode =
  | "timezone_unknown"
  | "date_impossible"
  | "date_time_invalid"
  | "time_invalid"
  | "schedule_in_past"
  | "cron_invalid"
  | "cron_too_fine"
  | "cron_never_fires";

export interface ScheduleProblem {
  /** The field of the schedule, for example "cron". */
  path: string;
  code: ScheduleProblemCode;
  /** What is wrong and what would be accepted. */
  message: string;
}

/**
 * Returns everything that is wrong with a schedule of the right shape; empty if it can be stored. A
 * schedule that passes has a run after `now`.
 */
export function checkSchedule(schedule: Schedule, context: { now: Date }): readonly ScheduleProblem[] {
  const problems = [...checkTimezone(schedule.timezone), ...checkTimes(schedule)];
  return problems.length > 0 ? problems : checkFiresAfter(schedule, context.now);
}

function checkTimezone(timezone: string): ScheduleProblem[] {
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
      return checkDateTime(schedule.at, parseLocalDateTime(schedule.at));
    case "daily":
      return parseTimeOfDay(schedule.time).ok ? [] : [timeInvalid("time", schedule.time)];
    case "cron": {
      const parsed = parseCron(schedule.cron);
      return parsed.ok ? [] : parsed.problems.map((problem) => ({ path: "cron", ...problem }));
    }
  }
}

function checkDateTime(at: string, parsed: ParsedText): ScheduleProblem[] {
  if (parsed.ok) return [];
  switch (parsed.reason) {
    case "shape":
      return [
        {
          path: "at",
          code: "date_time_invalid",
          message: `"${at}" is not a local date and time; one without an offset or "Z" is accepted, like "2027-03-01T09:00"`,
        },
      ];
    case "date":
      return [
        {
          path: "at",
          code: "date_impossible",
          message: `"${at.slice(0, 10)}" is not in the calendar; a date that exists is accepted`,
        },
      ];
    case "time":
      return [timeInvalid("at", at.slice(11))];
  }
}

function timeInvalid(path: string, time: string): ScheduleProblem {
  return {
    path,
    code: "time_invalid",
    message: `"${time}" is not a time of day; 00:00 to 23:59 is accepted`,
  };
}

function checkFiresAfter(schedule: Schedule, now: Date): ScheduleProblem[] {
  if (nextRun(schedule, now, now) !== null) return [];
  if (schedule.kind === "once") {
    return [
      {
        path: "at",
        code: "schedule_in_past",
        message: `"${schedule.at}" in ${schedule.timezone} is not after now (${now.toISOString()}); a later time is accepted`,
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
