/** Days as "2026-11-20". They have no zone; `dateOf` and `startOf` lead from and to instants in one. */

export type View = "week" | "month";

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** The zones lie within 14 hours of UTC; a day begins at most this far from midnight there. */
const farthestMs = 16 * 60 * minuteMs;
const firstYear = 1970;
const lastYear = 2_998;

function toMs(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function fromMs(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The text if it is a day that there is, else undefined. */
export function readDate(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = toMs(text);
  if (Number.isNaN(ms) || fromMs(ms) !== text) return undefined;
  const year = Number(text.slice(0, 4));
  return year >= firstYear && year <= lastYear ? text : undefined;
}

export function addDays(date: string, days: number): string {
  return fromMs(toMs(date) + days * dayMs);
}

/** The same day of another month, or that month's last. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return fromMs(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
}

/** 0 is Monday. */
export function weekdayOf(date: string): number {
  return (new Date(toMs(date)).getUTCDay() + 6) % 7;
}

/** Monday to Sunday of the day's week, or all weeks that its month has a day in. */
export function daysOf(view: View, date: string): readonly string[] {
  const monthStart = `${date.slice(0, 8)}01`;
  const first = view === "week" ? date : monthStart;
  const last = view === "week" ? date : addDays(addMonths(monthStart, 1), -1);
  const monday = addDays(first, -weekdayOf(first));
  const sunday = addDays(last, 6 - weekdayOf(last));
  const count = (toMs(sunday) - toMs(monday)) / dayMs + 1;
  return Array.from({ length: count }, (_, at) => addDays(monday, at));
}

/** The days of a view. Of this month those of weeks that have passed are left out, unless the keyboard is among them. */
export function daysShown(view: View, date: string, today: string): readonly string[] {
  const days = daysOf(view, date);
  const monday = addDays(today, -weekdayOf(today));
  const isThisMonth = date.slice(0, 7) === today.slice(0, 7);
  return isThisMonth && date >= monday ? days.filter((day) => day >= monday) : days;
}

/** The day in the view before (-1) or after (1). */
export function step(view: View, date: string, by: number): string {
  return view === "week" ? addDays(date, 7 * by) : addMonths(date, by);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The day that it is in the zone. */
export function dateOf(ms: number, zone: string): string {
  // en-CA writes 2026-11-20.
  const known = formatters.get(zone) ?? new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  formatters.set(zone, known);
  return known.format(ms);
}

/** When the day begins in the zone: at midnight, or later where the clocks skip midnight. */
export function startOf(date: string, zone: string): Date {
  // The first minute whose day is this one, by halving: no rule of any zone has to be known.
  let before = toMs(date) - farthestMs;
  let within = toMs(date) + farthestMs;
  while (within - before > minuteMs) {
    const middle = before + Math.floor((within - before) / 2 / minuteMs) * minuteMs;
    if (dateOf(middle, zone) < date) before = middle;
    else within = middle;
  }
  return new Date(within);
}

function format(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(toMs(date));
}

/** "Friday 20 November 2026". */
export function longDate(date: string): string {
  return format(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(",", "");
}

/** "Fri 20 Nov". */
export function shortDay(date: string): string {
  return format(date, { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
}

/** "November 2026", or of a week "16 – 22 November 2026" with what differs on both sides. */
export function titleOf(view: View, date: string): string {
  if (view === "month") return format(date, { month: "long", year: "numeric" });
  const days = daysOf("week", date);
  const [first, last] = [days[0] ?? date, days.at(-1) ?? date];
  const isSameYear = first.slice(0, 4) === last.slice(0, 4);
  const isSameMonth = isSameYear && first.slice(0, 7) === last.slice(0, 7);
  const from = format(first, {
    day: "numeric",
    ...(isSameMonth ? {} : { month: "long" }),
    ...(isSameYear ? {} : { year: "numeric" }),
  });
  return `${from} – ${format(last, { day: "numeric", month: "long", year: "numeric" })}`;
}
