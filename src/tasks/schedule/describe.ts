import { boundText } from "./bounds.ts";
import { DAY_MS, HOUR_MS, parseLocalDateTime, SECOND_MS } from "./calendar.ts";
import { describeCron } from "./describe-cron.ts";
import { type Schedule, type ScheduleOf, weekdays } from "./schema.ts";
import { wordCount, wordDateTime, wordDuration, wordList } from "./words.ts";

/**
 * Returns the schedule in plain English words, with its zone if it has one, and its bounds: "Every day at 09:00,
 * Europe/Berlin time, at most 10 runs". Throws RangeError for a schedule that `checkSchedule` refuses.
 */
export function describeSchedule(schedule: Schedule): string {
  return [
    describeTimes(schedule),
    ...(schedule.timezone === undefined ? [] : [`${schedule.timezone} time`]),
    ...(schedule.kind === "once" ? [] : describeBounds(schedule)),
    ...describeJitter(schedule),
  ].join(", ");
}

function describeTimes(schedule: Schedule): string {
  switch (schedule.kind) {
    case "once":
      return `Once, on ${describeDateTime(schedule.at)}`;
    case "hourly":
      return schedule.minute === 0
        ? "Every hour, on the hour"
        : `Every hour, ${wordCount(schedule.minute, "minute")} past the hour`;
    case "daily": {
      const everyDays = schedule.everyDays ?? 1;
      return `${everyDays === 1 ? "Every day" : `Every ${everyDays} days`} at ${schedule.time}`;
    }
    case "weekly":
      return describeWeekly(schedule);
    case "monthly":
      return describeMonthly(schedule);
    case "cron":
      return describeCron(schedule.cron);
    case "every":
      return `Every ${describeInterval(schedule.seconds)}`;
    case "relative":
      return describeRelative(schedule);
  }
}

function describeWeekly({ weekdays: named, time, everyWeeks = 1 }: ScheduleOf<"weekly">): string {
  const days = weekdays
    .filter((name) => named.includes(name))
    .map((name) => name.slice(0, 1).toUpperCase() + name.slice(1));
  const when =
    everyWeeks === 1 ? `Every ${wordList(days)}` : `Every ${everyWeeks} weeks on ${wordList(days)}`;
  return `${when} at ${time}`;
}

function describeMonthly({ day, time }: ScheduleOf<"monthly">): string {
  if (day === "last") return `On the last day of every month at ${time}`;
  const shorter = day > 28 ? " (the last day of a shorter one)" : "";
  return `On day ${day} of every month${shorter} at ${time}`;
}

/** "Every hour" and not "every 1 hour"; a day is 24 hours of real time, whatever the clock shows. */
function describeInterval(seconds: number): string {
  const ms = seconds * SECOND_MS;
  if (ms === DAY_MS) return "24 hours";
  if (ms % DAY_MS === 0) return `${ms / DAY_MS} times 24 hours`;
  const words = wordDuration(ms);
  return /^1 [a-z]+$/.test(words) ? words.slice(2) : words;
}

function describeRelative({ attribute, offsetSeconds, time }: ScheduleOf<"relative">): string {
  const date = `the contact's "${attribute}"`;
  const at = time === undefined ? "" : `, at ${time}`;
  if (offsetSeconds === 0) return time === undefined ? `At ${date}` : `On the day of ${date}${at}`;
  const ms = Math.abs(offsetSeconds) * SECOND_MS;
  const distance = ms === DAY_MS && time === undefined ? `${DAY_MS / HOUR_MS} hours` : wordDuration(ms);
  return `${distance} ${offsetSeconds < 0 ? "before" : "after"} ${date}${at}`;
}

function describeBounds(schedule: Exclude<Schedule, { kind: "once" }>): string[] {
  const { startsAt, endsAt, maxRuns } = schedule;
  const utc = schedule.timezone === undefined ? " UTC" : "";
  const describe = (text: string) => describeDateTime(boundText(schedule, text)) + utc;
  return [
    ...(startsAt === undefined ? [] : [`from ${describe(startsAt)}`]),
    ...(endsAt === undefined ? [] : [`until ${describe(endsAt)}`]),
    ...(maxRuns === undefined ? [] : [`at most ${wordCount(maxRuns, "run")}`]),
  ];
}

function describeJitter({ kind, jitterSeconds = 0 }: Schedule): string[] {
  if (jitterSeconds === 0) return [];
  return [
    `${kind === "once" ? "" : "each "}up to ${wordDuration(jitterSeconds * SECOND_MS)} later, at random`,
  ];
}

function describeDateTime(text: string): string {
  const local = parseLocalDateTime(text);
  if (!local.ok) throw new RangeError(`"${text}" is not a local date-time`);
  return wordDateTime(local.value);
}
