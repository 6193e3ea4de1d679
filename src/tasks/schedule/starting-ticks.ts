import { MINUTE_MS, SECOND_MS } from "./calendar.ts";
import type { SchedulePolicies } from "./policies.ts";
import { nextRun, runsBetween, runsLeft } from "./runs.ts";
import type { Schedule } from "./schema.ts";

/**
 * A tick less late than this is on time. A minute leaves room for a loaded sweep and for a restart. No
 * schedule runs more than once a minute, so of several due ticks one at most is on time, and the newest tick
 * of a task that runs every minute always is.
 */
const ON_TIME_MS = MINUTE_MS;

/** The most ticks that misfire `run_all` makes up for at a time. */
const MOST_MADE_UP = 100;

interface DueTicks {
  readonly schedule: Schedule;
  readonly anchor: Date;
  readonly dueAt: Date;
  readonly now: Date;
  readonly runsBefore: number;
  readonly policies: SchedulePolicies;
}

/** True for a due tick that nobody is late for. */
export function isOnTime(tick: Date, now: Date): boolean {
  return now.getTime() - tick.getTime() < ON_TIME_MS;
}

/** Returns how a due tick may run, null if it is missed for good. */
export function triggerOf(tick: Date, now: Date, policies: SchedulePolicies): "schedule" | "catch_up" | null {
  if (isOnTime(tick, now)) return "schedule";
  const lateMs = now.getTime() - tick.getTime();
  const madeUpFor = policies.misfire !== "skip" && lateMs <= policies.catchUpWindowSeconds * SECOND_MS;
  return madeUpFor ? "catch_up" : null;
}

/** Returns the due ticks that run, ascending. `newest` is the last due tick; it is among them if any is. */
export function startingTicks(due: DueTicks, newest: Date): Date[] {
  const { schedule, now, runsBefore, policies } = due;
  const left = runsLeft(schedule, runsBefore);
  if (left === 0 || triggerOf(newest, now, policies) === null) return [];
  // Under cancel_previous each of several would cancel the one before it.
  if (policies.misfire !== "run_all" || policies.overlap === "cancel_previous") return [newest];
  return newestTicks(due, newest, Math.min(MOST_MADE_UP, left));
}

/** The newest ticks within the window, at most `limit` of them, found by looking back ever further. */
function newestTicks(due: DueTicks, newest: Date, limit: number): Date[] {
  const { schedule, anchor, dueAt, now, policies } = due;
  const windowStart = now.getTime() - policies.catchUpWindowSeconds * SECOND_MS;
  // The newest is taken also if it is on time and the window is shorter than it is late.
  const earliest = Math.min(Math.max(windowStart, dueAt.getTime()), newest.getTime());
  let from = newest.getTime();
  for (let lookBack = limit * MINUTE_MS; from > earliest; lookBack *= 2) {
    from = Math.max(earliest, newest.getTime() - lookBack);
    if (runsBetween(schedule, new Date(from - 1), now, anchor).count >= limit) break;
  }
  const ticks: Date[] = from === dueAt.getTime() ? [dueAt] : [];
  let tick = nextRun(schedule, new Date(ticks.length === 0 ? from - 1 : from), anchor);
  for (; tick !== null && tick <= now; tick = nextRun(schedule, tick, anchor)) ticks.push(tick);
  return ticks.slice(-limit);
}
