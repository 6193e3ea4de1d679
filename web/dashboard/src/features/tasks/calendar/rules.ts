import type { TaskCalendar, TaskCalendarDaysItem } from "../../../api/generated/model";
import { clockTime } from "../../../components/time-words.ts";

export type Day = TaskCalendarDaysItem;
export type Entry = Day["items"][number];

/** A day of the view with what is known of it. */
export interface ShownDay {
  readonly date: string;
  readonly isPast: boolean;
  readonly isToday: boolean;
  /** Runs of all tasks. */
  readonly count: number;
  readonly items: readonly Entry[];
}

/** Each day of the view, also those without runs. */
export function placeDays(
  dates: readonly string[],
  today: string,
  calendar: TaskCalendar | undefined,
): readonly ShownDay[] {
  const known = new Map(calendar?.days.map((day) => [day.date, day]));
  return dates.map((date) => {
    const { count = 0, items = [] } = known.get(date) ?? {};
    return { date, isPast: date < today, isToday: date === today, count, items };
  });
}

/** "09:00", or for several runs of a day "09:00–17:00". */
export function timesOf({ at, until, count }: Entry, timezone: string): string {
  const first = clockTime(at, timezone);
  const last = clockTime(until, timezone);
  return count === 1 || first === last ? first : `${first}–${last}`;
}

/** The whole of an entry in words: "Morning check-in at 09:00" or "Watch, 288 runs from 00:00 to 23:55". */
export function describeEntry(entry: Entry, timezone: string): string {
  const { name, at, until, count } = entry;
  if (count === 1) return `${name} at ${clockTime(at, timezone)}`;
  return `${name}, ${count} runs from ${clockTime(at, timezone)} to ${clockTime(until, timezone)}`;
}

/** "1 run", "288 runs". */
export function runsOf(count: number): string {
  return count === 1 ? "1 run" : `${count.toLocaleString("en-GB")} runs`;
}

/** How many entries a cell shows: all if they fit, else one line less for the line that says how many more there are. */
export function shownOf(count: number, lines: number): number {
  return count <= lines ? count : lines - 1;
}

const days: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -7,
  ArrowDown: 7,
};

/** How many days a key moves in the grid, from a weekday (0 is Monday); undefined: it does not move. */
export function daysMoved(key: string, weekday: number): number | undefined {
  if (key === "Home") return -weekday;
  if (key === "End") return 6 - weekday;
  return days[key];
}
