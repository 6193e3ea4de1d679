/*
 * Local date-times without a zone are plain numbers here: milliseconds from 1970-01-01T00:00 to what the
 * clock on the wall shows ("local ms"). A day is the number of whole days since 1970-01-01. Both are exact
 * integers, so that the arithmetic costs nothing beside Temporal (a whole next run takes 1 µs, one call of
 * Temporal 1 to 8).
 */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A month of the proleptic Gregorian calendar. */
export interface CalendarMonth {
  year: number;
  /** 1 to 12. */
  month: number;
  /** The day number of its first day. */
  firstDay: number;
  /** 28 to 31. */
  length: number;
}

/** Returns the day on which a local time falls. */
export function dayOfLocal(local: number): number {
  return Math.floor(local / DAY_MS);
}

/** Returns the weekday of a day: 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Returns the week in which a day falls. Weeks start on Monday; week 0 is the one of 1970-01-01. */
export function weekOfDay(day: number): number {
  return Math.floor((day + 3) / 7);
}

/** Returns the first day of a week, its Monday. */
export function mondayOf(week: number): number {
  return week * 7 - 3;
}

/** Returns the month in which a day falls. */
export function monthOfDay(day: number): CalendarMonth {
  const date = new Date(day * DAY_MS);
  return monthOf(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** Returns the month after the given one. */
export function followingMonth(month: CalendarMonth): CalendarMonth {
  return month.month === 12 ? monthOf(month.year + 1, 1) : monthOf(month.year, month.month + 1);
}

function monthOf(year: number, month: number): CalendarMonth {
  const firstDay = Math.floor(utcMs(year, month, 1) / DAY_MS);
  return { year, month, firstDay, length: Math.floor(utcMs(year, month + 1, 1) / DAY_MS) - firstDay };
}

/** Date.UTC reads the years 0 to 99 as 1900 to 1999; setUTCFullYear does not. */
function utcMs(year: number, month: number, dayOfMonth: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, dayOfMonth);
}

export type ParsedText = { ok: true; value: number } | { ok: false; reason: "shape" | "date" | "time" };

/** Reads "09:00" as milliseconds since midnight. Fails with `shape` or, for "24:00", `time`. */
export function parseTimeOfDay(text: string): ParsedText {
  if (!/^\d{2}:\d{2}$/.test(text)) return { ok: false, reason: "shape" };
  return timeOfDay(text);
}

/**
 * Reads "2027-03-01T09:00" or "2027-03-01T09:00:30" as local ms. Fails with `shape`, with `date` for a day
 * that the calendar does not have, with `time` for an hour, minute or second that no clock shows.
 */
export function parseLocalDateTime(text: string): ParsedText {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return { ok: false, reason: "shape" };
  const date = utcMs(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));
  // A day or month out of range rolls over into a neighbouring month.
  if (new Date(date).toISOString().slice(0, 10) !== text.slice(0, 10)) return { ok: false, reason: "date" };
  const time = timeOfDay(text.slice(11));
  return time.ok ? { ok: true, value: date + time.value } : time;
}

/** Reads "09:00" or "09:00:30", known to be of that shape. */
function timeOfDay(text: string): ParsedText {
  const hour = Number(text.slice(0, 2));
  const minute = Number(text.slice(3, 5));
  const second = Number(text.slice(6, 8));
  if (hour > 23 || minute > 59 || second > 59) return { ok: false, reason: "time" };
  return { ok: true, value: hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS };
}
