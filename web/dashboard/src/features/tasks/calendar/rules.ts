import type { Task, TaskCalendar, TaskCalendarDaysItem } from "../../../api/generated/model";
import { clockTime } from "../../../components/time-words.ts";

export type Entry = TaskCalendarDaysItem["items"][number] & {
  /** Of what runs many times a day: "Every 2 minutes". Absent while it is not known. */
  readonly pace?: string;
};

/** A day of the view with what is known of it. */
export interface ShownDay {
  readonly date: string;
  readonly isPast: boolean;
  readonly isToday: boolean;
  /** Runs of all tasks. */
  readonly count: number;
  /** What runs once or a few times by its time, then what runs many times. */
  readonly items: readonly Entry[];
}

/** Each day of the view, also those without runs. `paces`: task → how often it runs. */
export function placeDays(
  dates: readonly string[],
  today: string,
  calendar: TaskCalendar | undefined,
  paces: ReadonlyMap<string, string> = new Map(),
): readonly ShownDay[] {
  const known = new Map(calendar?.days.map((day) => [day.date, day]));
  return dates.map((date) => {
    const { count = 0, items = [] } = known.get(date) ?? {};
    return {
      ...{ date, isPast: date < today, isToday: date === today, count },
      items: [
        ...items.filter((item) => !isFrequent(item)),
        ...items
          .filter(isFrequent)
          .map((item) => withPace(item, paces))
          .toSorted((one, other) => one.count - other.count),
      ],
    };
  });
}

/** More runs in a day than these are told by how often there are, not by when. */
const mostByTime = 6;

export function isFrequent({ count }: Pick<Entry, "count">): boolean {
  return count > mostByTime;
}

/** The tasks that some day of the calendar has many times. */
export function frequentTasks(calendar: TaskCalendar | undefined): readonly string[] {
  const items = calendar?.days.flatMap((day) => day.items.filter(isFrequent)) ?? [];
  return [...new Set(items.map(({ taskId }) => taskId))].toSorted();
}

function withPace(entry: Entry, paces: ReadonlyMap<string, string>): Entry {
  const pace = paces.get(entry.taskId);
  return pace === undefined ? entry : { ...entry, pace };
}

/** "Every 2 minutes": a schedule's words without its zone and bounds. */
export function paceOf({
  schedule,
  scheduleDescription,
}: Pick<Task, "schedule" | "scheduleDescription">): string {
  const zone = schedule?.timezone;
  return scheduleDescription?.split(zone === undefined ? ", " : `, ${zone} time`, 1)[0] ?? "";
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

/** What a day shows where there is no room for everything. */
export interface Lines {
  readonly shown: readonly Entry[];
  /** In one line. */
  readonly folded: readonly Entry[];
  /** How many tasks the last line stands for. */
  readonly more: number;
}

/** All entries if they fit; else what runs many times in one line; if that is too much, the first ones. */
export function fitOn(lines: number, items: readonly Entry[]): Lines {
  if (items.length <= lines) return { shown: items, folded: [], more: 0 };
  const byTime = items.filter((item) => !isFrequent(item));
  if (byTime.length < lines) return { shown: byTime, folded: items.filter(isFrequent), more: 0 };
  const shown = items.slice(0, lines - 1);
  return { shown, folded: [], more: items.length - shown.length };
}

/** "3 frequent tasks, 1,440 runs": one line for several. */
export function wordsOfFolded(entries: readonly Entry[]): string {
  const runs = entries.reduce((sum, { count }) => sum + count, 0);
  return `${entries.length} frequent tasks, ${runsOf(runs)}`;
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
