import cronstrue from "cronstrue";
import { type CronPattern, LAST_OCCURRENCE, OCCURRENCES, parseCron, splitCron } from "./cron-pattern.ts";

/** Returns a cron in words: "At 09:00, Monday through Friday". Throws RangeError for one that is not understood. */
export function describeCron(cron: string): string {
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new RangeError(parsed.problems[0].message);
  const { pattern } = parsed;
  // "At 09:00" alone could be once; with a step ("Every 5 minutes") the words are complete without it.
  const verbose = pattern.fixedTimes && pattern.anyDayOfMonth && pattern.anyDayOfWeek;
  const words = cronstrue.toString(spellForCronstrue(cron, pattern), {
    use24HourTimeFormat: true,
    verbose,
  });
  const either = pattern.anyDayOfMonth || pattern.anyDayOfWeek ? "" : " (either is enough)";
  return sayWhereStepsBegin(words, cron) + either;
}

interface Unit {
  /** How many values the field has; null: months differ in length. */
  readonly values: number | null;
  /** How its steps are put. */
  words(step: number): string;
  /** Where they begin anew. */
  readonly from: string;
}

const minutes: Unit = { values: 60, words: (step) => `every ${step} minutes`, from: "each full hour" };
const hours: Unit = { values: 24, words: (step) => `every ${step} hours`, from: "each midnight" };
const days: Unit = {
  values: null,
  words: (step) => `every ${step} days in a month`,
  from: "the 1st of each month",
};
const months: Unit = { values: 12, words: (step) => `every ${step} months`, from: "each January" };

/** Each seventh minute runs at :56 and then at :00: "every 7 minutes" alone would be wrong once an hour. */
function sayWhereStepsBegin(words: string, cron: string): string {
  const [minute = "", hour = "", dayOfMonth = "", month = ""] = splitCron(cron);
  const fields = [
    [minute, minutes],
    [hour, hours],
    [dayOfMonth, days],
    [month, months],
  ] as const;
  return fields.reduce((said, [field, { values, words: put, from }]) => {
    const step = Number(/^\*\/(\d+)$/.exec(field)?.[1] ?? 1);
    if (step === 1 || (values !== null && values % step === 0)) return said;
    return said.replace(new RegExp(`${put(step)}\\b`, "i"), (found) => {
      return `${found.replace(" in a month", "")} from ${from} on`;
    });
  }, words);
}

/** Writes the few forms that cronstrue refuses, or puts in the wrong words, in ones that it gets right. */
function spellForCronstrue(cron: string, pattern: CronPattern): string {
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = splitCron(cron);
  return [
    spellSteps(minute, pattern.minutes),
    spellSteps(hour, pattern.hours),
    spellDays(dayOfMonth, pattern),
    spellSteps(month, placesOf(pattern.months)),
    spellWeekdays(dayOfWeek, pattern),
  ].join(" ");
}

/** In a list "every 7 minutes" would be followed by "and at 3": each value is written out. */
function spellSteps(field: string, values: readonly number[]): string {
  return field.includes(",") && field.includes("/") ? values.join(",") : field;
}

/** "L,15" would become "on day the last day and 15 of the month". */
function spellDays(dayOfMonth: string, pattern: CronPattern): string {
  const items = dayOfMonth.split(",");
  const days = items.filter((item) => !/^L$/i.test(item));
  if (days.length === items.length) return spellSteps(dayOfMonth, placesOf(pattern.daysOfMonth));
  return [...(days.some((day) => day.includes("/")) ? placesOf(pattern.daysOfMonth) : days), "L"].join(",");
}

function placesOf(flags: readonly boolean[]): number[] {
  return flags.flatMap((isMeant, place) => (isMeant ? [place] : []));
}

/**
 * "MON#L" would throw, "1-5#1" become "Monday through first Friday", and "1-5/2" "every 2 days of the week":
 * with such marks each weekday is written out.
 */
function spellWeekdays(dayOfWeek: string, pattern: CronPattern): string {
  if (!/[#/]|L$|L,/i.test(dayOfWeek)) return dayOfWeek;
  const items = [0, 1, 2, 3, 4, 5, 6].flatMap((weekday) => {
    const occurrences = pattern.weekdays.slice(weekday * OCCURRENCES, (weekday + 1) * OCCURRENCES);
    if (occurrences.every((meant) => meant)) return [String(weekday)];
    return occurrences.flatMap((meant, occurrence) => {
      if (!meant) return [];
      return [occurrence === LAST_OCCURRENCE ? `${weekday}L` : `${weekday}#${occurrence + 1}`];
    });
  });
  return items.join(",");
}
