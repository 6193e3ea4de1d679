import { type DayRuns, type LocalDay, localAt, runsByDay, type Schedule } from "../schedule/index.ts";
import type { TaskState } from "../task.ts";

/** How long a calendar may be. */
export const longestDays = 42;
const dayMs = 86_400_000;
/** Items of one day that are shown. */
const itemsAtMost = 200;

/** True if a calendar may go from the one to the other: six weeks by the clock, one hour more where it is put back. */
export function isFitting(window: {
  readonly from: Date;
  readonly to: Date;
  readonly timezone: string;
}): boolean {
  const { from, to, timezone } = window;
  const local = (instant: Date) => localAt(timezone, instant.getTime());
  return to > from && local(to) - local(from) <= longestDays * dayMs;
}

/** What a calendar shows of a task. Ids are UUIDs. */
export interface CalendarTask {
  readonly taskId: string;
  readonly name: string;
  readonly agentId: string | null;
  readonly contactId: string | null;
  readonly state: TaskState;
  /** Runs of the schedule that there were. */
  readonly runsCount: number;
  readonly expiresAt: Date | null;
}

/** A task with times of its own. */
export interface ScheduledTask extends CalendarTask {
  readonly schedule: Schedule;
  /** When the schedule was set. */
  readonly scheduledAt: Date;
}

/** Times of some contacts of a task with a `relative` schedule, all within one day. */
export interface ContactTimes extends CalendarTask {
  /** Null: any number of runs. */
  readonly maxRuns: number | null;
  readonly first: Date;
  readonly last: Date;
  readonly count: number;
}

/** The runs of one task on one day. */
export interface CalendarItem
  extends Pick<CalendarTask, "taskId" | "name" | "agentId" | "contactId" | "state"> {
  readonly at: Date;
  readonly until: Date;
  readonly count: number;
}

export interface CalendarDay {
  readonly date: string;
  /** Runs of all tasks, also of those that are not among the items. */
  readonly count: number;
  readonly items: readonly CalendarItem[];
}

/** What a calendar is made of. */
export interface CalendarFacts {
  readonly now: Date;
  readonly from: Date;
  /** Runs at this instant are left out. */
  readonly to: Date;
  /** Those from `from` to `to`. */
  readonly days: readonly LocalDay[];
  readonly scheduled: readonly ScheduledTask[];
  /** By time. */
  readonly contactTimes: readonly ContactTimes[];
}

/** The days that have runs to come, each with its tasks by the time of their first run. */
export function planCalendar(facts: CalendarFacts): readonly CalendarDay[] {
  const entries = [...facts.scheduled.flatMap((task) => expand(task, facts)), ...placeTimes(facts)];
  const byDate = Map.groupBy(entries, ({ date }) => date);
  return facts.days.flatMap(({ date }) => {
    const ofDay = byDate.get(date);
    return ofDay === undefined ? [] : [planDay(date, ofDay)];
  });
}

interface Entry {
  readonly date: string;
  readonly item: CalendarItem;
}

function planDay(date: string, entries: readonly Entry[]): CalendarDay {
  const items = entries.map(({ item }) => item).sort(compare);
  return {
    date,
    count: items.reduce((sum, { count }) => sum + count, 0),
    items: items.slice(0, itemsAtMost),
  };
}

function compare(one: CalendarItem, other: CalendarItem): number {
  return one.at.getTime() - other.at.getTime() || (one.taskId < other.taskId ? -1 : 1);
}

function expand(task: ScheduledTask, { days, ...facts }: CalendarFacts): readonly Entry[] {
  return findRuns(task, days, facts).map(({ date, first, last, count }) => ({
    date,
    item: toItem(task, { at: first, until: last, count }),
  }));
}

function findRuns(
  task: ScheduledTask,
  days: readonly LocalDay[],
  { now, from, to }: Pick<CalendarFacts, "now" | "from" | "to">,
): readonly DayRuns[] {
  const { schedule, scheduledAt, runsCount, expiresAt } = task;
  const window = {
    after: new Date(Math.max(now.getTime(), from.getTime() - 1)),
    before: expiresAt !== null && expiresAt < to ? expiresAt : to,
    anchor: scheduledAt,
    runsBefore: runsCount,
  };
  try {
    return runsByDay(schedule, days, window);
  } catch {
    // The sweep pauses a task whose schedule cannot be computed, and says so there.
    return [];
  }
}

/** Times beyond the last run that `maxRuns` allows will be skipped. */
function placeTimes({ days, contactTimes }: CalendarFacts): readonly Entry[] {
  const used = new Map<string, number>();
  return contactTimes.flatMap((times) => {
    const day = days.find(({ start, end }) => start <= times.first && times.first < end);
    const before = used.get(times.taskId) ?? times.runsCount;
    const left = times.maxRuns === null ? times.count : times.maxRuns - before;
    const count = Math.min(times.count, left);
    used.set(times.taskId, before + count);
    if (day === undefined || count <= 0) return [];
    return [{ date: day.date, item: toItem(times, { at: times.first, until: times.last, count }) }];
  });
}

function toItem(task: CalendarTask, runs: Pick<CalendarItem, "at" | "until" | "count">): CalendarItem {
  const { taskId, name, agentId, contactId, state } = task;
  return { taskId, name, agentId, contactId, state, ...runs };
}
