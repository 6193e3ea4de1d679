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
  return words + either;
}

/** Writes the few forms that cronstrue refuses, or puts in the wrong words, in ones that it gets right. */
function spellForCronstrue(cron: string, pattern: CronPattern): string {
  const [minute, hour, dayOfMonth = "", month, dayOfWeek = ""] = splitCron(cron);
  return [minute, hour, putLastDayLast(dayOfMonth), month, spellWeekdays(dayOfWeek, pattern)].join(" ");
}

/** "L,15" would become "on day the last day and 15 of the month". */
function putLastDayLast(dayOfMonth: string): string {
  const items = dayOfMonth.split(",");
  const days = items.filter((item) => !/^L$/i.test(item));
  return days.length === items.length ? dayOfMonth : [...days, "L"].join(",");
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
