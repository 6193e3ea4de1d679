import { type CalendarMonth, followingMonth, monthOfDay, weekdayOf } from "./calendar.ts";
import { type CronPattern, LAST_OCCURRENCE, OCCURRENCES } from "./cron-pattern.ts";

/**
 * The longest wait between two days of a cron that has any is 40 years: 29 February on one weekday, across
 * a century year that is not a leap year.
 */
const SEARCH_MONTHS = 41 * 12;

/** Returns the first day on or after `from` that the pattern names; null if no year has one. */
export function firstCronDay(pattern: CronPattern, from: number): number | null {
  if (pattern.anyDayOfMonth && pattern.anyDayOfWeek) {
    // The ordinary case ("every day of every month") needs no look at the calendar's days.
    return firstDayInMonths(pattern, from, () => true);
  }
  return firstDayInMonths(pattern, from, (month, dayOfMonth) => matchesDay(pattern, month, dayOfMonth));
}

function firstDayInMonths(
  pattern: CronPattern,
  from: number,
  matches: (month: CalendarMonth, dayOfMonth: number) => boolean,
): number | null {
  let month = monthOfDay(from);
  let dayOfMonth = from - month.firstDay + 1;
  for (let searched = 0; searched <= SEARCH_MONTHS; searched += 1) {
    if (pattern.months[month.month]) {
      for (; dayOfMonth <= month.length; dayOfMonth += 1) {
        if (matches(month, dayOfMonth)) return month.firstDay + dayOfMonth - 1;
      }
    }
    month = followingMonth(month);
    dayOfMonth = 1;
  }
  return null;
}

function matchesDay(pattern: CronPattern, month: CalendarMonth, dayOfMonth: number): boolean {
  const byMonth =
    pattern.daysOfMonth[dayOfMonth] === true || (pattern.lastDayOfMonth && dayOfMonth === month.length);
  if (pattern.anyDayOfWeek) return byMonth;
  const byWeek = matchesWeekday(pattern, month, dayOfMonth);
  // Both restricted mean either, as in every cron since Vixie's.
  return pattern.anyDayOfMonth ? byWeek : byMonth || byWeek;
}

function matchesWeekday(pattern: CronPattern, month: CalendarMonth, dayOfMonth: number): boolean {
  const index = weekdayOf(month.firstDay + dayOfMonth - 1) * OCCURRENCES;
  if (pattern.weekdays[index + Math.floor((dayOfMonth - 1) / 7)] === true) return true;
  return dayOfMonth + 7 > month.length && pattern.weekdays[index + LAST_OCCURRENCE] === true;
}
