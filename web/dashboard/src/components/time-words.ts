import { toLocal } from "./local-time.ts";

/** Times and durations as people read them. Pure: `now` is in milliseconds since 1970. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now", "5 min ago", "in 3 h", "12 Mar": beyond a week the date says more than a number of days. */
export function relativeTime(at: string, now: number, timezone: string): string {
  const seconds = Math.round((Date.parse(at) - now) / 1_000);
  const distance = Math.abs(seconds);
  if (distance < 10) return "just now";
  if (distance >= 7 * day) return shortDate(at, now, timezone);
  const words = rough(distance);
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

function rough(seconds: number): string {
  if (seconds < minute) return `${seconds} s`;
  if (seconds < hour) return `${Math.round(seconds / minute)} min`;
  if (seconds < day) return `${Math.round(seconds / hour)} h`;
  return `${Math.round(seconds / day)} d`;
}

const dayAndMonth = { day: "numeric", month: "short" } as const;
const hourAndMinute = { hour: "2-digit", minute: "2-digit" } as const;
const toTheSecond = { ...hourAndMinute, second: "2-digit" } as const;

/** What is shown of a time. */
const shapes = {
  date: dayAndMonth,
  dateWithYear: { ...dayAndMonth, year: "numeric" },
  exact: { weekday: "short", ...dayAndMonth, year: "numeric", ...toTheSecond },
  short: { ...dayAndMonth, ...toTheSecond },
  clock: hourAndMinute,
  year: { year: "numeric" },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

/** Making a format takes longer than drawing a row of a table. */
const formats = new Map<string, Intl.DateTimeFormat>();

function write(at: string, shape: keyof typeof shapes, timezone: string): string {
  const key = `${shape} ${timezone}`;
  const format =
    formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...shapes[shape], timeZone: timezone });
  formats.set(key, format);
  return format.format(new Date(at));
}

function shortDate(at: string, now: number, timezone: string): string {
  const thisYear = write(new Date(now).toISOString(), "year", timezone);
  return write(at, write(at, "year", timezone) === thisYear ? "date" : "dateWithYear", timezone);
}

/** "Fri 20 Nov 2026, 14:05:09 (Europe/Berlin)". */
export function exactTime(at: string, timezone: string): string {
  return `${write(at, "exact", timezone)} (${timezone})`;
}

/** "20 Nov, 14:05:09" in the zone. */
export function shortTime(at: string, timezone: string): string {
  return write(at, "short", timezone);
}

/** "14:05" in the zone. */
export function clockTime(at: string, timezone: string): string {
  return write(at, "clock", timezone);
}

/** Until when something goes on: "19:33", "tomorrow 19:33" or "22 Nov, 19:33", by the calendar of the zone. */
export function untilTime(at: string, now: number, timezone: string): string {
  const days = dayNumber(at, timezone) - dayNumber(new Date(now).toISOString(), timezone);
  const clock = clockTime(at, timezone);
  if (days === 0) return clock;
  return days === 1 ? `tomorrow ${clock}` : `${shortDate(at, now, timezone)}, ${clock}`;
}

/** Days of the calendar since 1970. */
function dayNumber(at: string, timezone: string): number {
  return Date.parse(toLocal(at, timezone).slice(0, 10)) / (day * 1_000);
}

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Whether a sentence of the API's names an instant, which it does in UTC. */
export function namesInstant(text: string): boolean {
  return text.search(instant) !== -1;
}

/** The same sentence with its instants as people read them: "held until tomorrow 19:44". */
export function localizeInstants(text: string, now: number, timezone: string): string {
  return text.replaceAll(instant, (at) => untilTime(at, now, timezone));
}

/** Whole seconds in at most two units: "45 s", "1 h 5 min", "3 d". */
export function spell(seconds: number): string {
  const units = [
    ["d", day],
    ["h", hour],
    ["min", minute],
    ["s", 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return "0 s";
  let left = seconds;
  const parts: string[] = [];
  for (const [unit, size] of units.slice(first, first + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

/** The time between two instants: "840 ms", "4.1 s", "2 min 5 s". */
export function between(from: string, to: string): string {
  return milliseconds(Date.parse(to) - Date.parse(from));
}

/** Milliseconds as "840 ms", "4.1 s" or "2 min 5 s". */
export function milliseconds(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return spell(Math.round(ms / 1_000));
}
