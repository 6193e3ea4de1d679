import { DAY_MS, dayOfLocal, HOUR_MS, MINUTE_MS, SECOND_MS, weekdayOf } from "./calendar.ts";

/*
 * Parts of sentences about local times. Dates are written out, since 03/04 is two different days.
 */

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Returns the date of a local time (local ms): "Monday 1 March 2027". */
export function wordDate(local: number): string {
  const day = dayOfLocal(local);
  const date = new Date(day * DAY_MS);
  const year = date.toISOString().slice(0, 4);
  return `${WEEKDAYS[weekdayOf(day)]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${year}`;
}

/** Returns the time of day of a local time (local ms): "09:00", with seconds only if there are any. */
export function wordTime(local: number): string {
  return new Date(local).toISOString().slice(11, local % MINUTE_MS === 0 ? 16 : 19);
}

/** Returns date and time of a local time (local ms): "Monday 1 March 2027 at 09:00". */
export function wordDateTime(local: number): string {
  return `${wordDate(local)} at ${wordTime(local)}`;
}

/** Returns a list in words: "Monday, Wednesday and Friday". */
export function wordList(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

const UNITS = [
  { name: "day", ms: DAY_MS },
  { name: "hour", ms: HOUR_MS },
  { name: "minute", ms: MINUTE_MS },
  { name: "second", ms: SECOND_MS },
];

/** Returns a length of time in whole seconds as days, hours, minutes and seconds: "1 hour and 30 minutes". */
export function wordDuration(ms: number): string {
  let rest = ms;
  const parts = UNITS.flatMap((unit) => {
    const count = Math.floor(rest / unit.ms);
    rest -= count * unit.ms;
    return count === 0 ? [] : [wordCount(count, unit.name)];
  });
  return wordList(parts);
}

/** Returns "1 run", "2 runs". */
export function wordCount(count: number, name: string): string {
  return count === 1 ? `1 ${name}` : `${count} ${name}s`;
}
