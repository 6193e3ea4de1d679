import { SECOND_MS } from "./calendar.ts";
import { nextRun, type RunStretch, runsBetween } from "./runs.ts";
import type { Schedule } from "./schema.ts";

/** What becomes of ticks that nobody could run in time, and of one that comes while a run is under way. */
export interface SchedulePolicies {
  misfire: "skip" | "run_once";
  /** Whole seconds; a missed tick older than this is not made up for. */
  catchUpWindowSeconds: number;
  overlap: "skip" | "allow";
}

export const defaultPolicies: SchedulePolicies = {
  misfire: "run_once",
  catchUpWindowSeconds: 3_600,
  overlap: "skip",
};

/**
 * A tick less late than this is on time. A minute leaves room for a loaded sweep and for a restart. No
 * schedule runs more than once a minute, so of several due ticks one at most is on time, and the newest tick
 * of a task that runs every minute always is.
 */
const ON_TIME_MS = 60_000;

export interface TickInput {
  schedule: Schedule;
  /** The time of creation: day 0 of `everyDays`. */
  anchor: Date;
  /** The stored next run. It is a tick whatever the schedule says today: it was announced. */
  dueAt: Date;
  now: Date;
  /** How many executions of this task are queued, running or waiting. */
  activeExecutions: number;
  policies: SchedulePolicies;
}

export interface MissedStretch {
  count: number;
  first: Date;
  last: Date;
}

export interface TickExecution {
  status: "queued" | "skipped";
  trigger: "schedule" | "catch_up";
  /** The tick, for a stretch of missed ticks its first. Differs from any other of this task. */
  scheduledFor: Date;
  /** Of a skipped one. */
  reason?: { code: string; message: string };
  /** Of a stretch of missed ticks, also if it is a single one. */
  missed?: MissedStretch;
}

export interface TickDecision {
  /** The rows to write, oldest tick first; every tick from `dueAt` to `now` is in exactly one. */
  executions: readonly TickExecution[];
  /** Strictly after `now`; null if the schedule has no further run. */
  nextRunAt: Date | null;
}

/**
 * Decides what becomes of the ticks of one task from `dueAt` to `now`. The newest one runs, as `schedule` if
 * it is on time, as `catch_up` if the misfire policy and the window allow it; all others are one skipped row
 * with reason `missed`. Nothing at all for a row that is not due yet. Throws RangeError for a schedule that
 * `checkSchedule` refuses.
 */
export function decideTick(input: TickInput): TickDecision {
  const { schedule, anchor, dueAt, now } = input;
  if (dueAt > now) return { executions: [], nextRunAt: dueAt };
  const nextRunAt = nextRun(schedule, now, anchor);
  const later = runsBetween(schedule, dueAt, now, anchor);
  const newest = later.last ?? dueAt;
  const trigger = triggerOf(newest, input);
  if (trigger === null) {
    const missed = { count: later.count + 1, first: dueAt, last: newest };
    return { executions: [missedRow(missed, explainMissed(input))], nextRunAt };
  }
  const started = startedRow(newest, trigger, input);
  const before = stretchBefore(newest, later, input);
  if (before === null) return { executions: [started], nextRunAt };
  return { executions: [missedRow(before, explainPassedOver(newest, input)), started], nextRunAt };
}

/** Why due ticks will not be carried out: a reason's code, and when it came about ("when the task was paused"). */
export interface DropCause {
  code: string;
  when: string;
}

/**
 * The one skipped row for the ticks from `dueAt` to `now` of a schedule that is stopped or replaced before anybody came
 * to them. They are `missed` if none of them could run any more, else the cause is what kept the newest from it. A
 * schedule that cannot be computed has the one tick that was announced.
 */
export function decideDropped(
  due: Pick<TickInput, "schedule" | "anchor" | "dueAt" | "now">,
  cause: DropCause,
): TickExecution {
  const input: TickInput = { ...due, activeExecutions: 0, policies: defaultPolicies };
  const missed = stretchUntilNow(due);
  if (triggerOf(missed.last, input) === null) return missedRow(missed, explainMissed(input));
  const message = `${describeStretch(missed)} due and had not started ${cause.when}.`;
  return {
    status: "skipped",
    trigger: "schedule",
    scheduledFor: missed.first,
    reason: { code: cause.code, message },
    missed,
  };
}

function stretchUntilNow(due: Pick<TickInput, "schedule" | "anchor" | "dueAt" | "now">): MissedStretch {
  const { schedule, anchor, dueAt, now } = due;
  try {
    const later = runsBetween(schedule, dueAt, now, anchor);
    return { count: later.count + 1, first: dueAt, last: later.last ?? dueAt };
  } catch {
    return { count: 1, first: dueAt, last: dueAt };
  }
}

/** Returns how the newest due tick may run, null if it is missed for good. */
function triggerOf(newest: Date, { now, policies }: TickInput): "schedule" | "catch_up" | null {
  const lateMs = now.getTime() - newest.getTime();
  if (lateMs < ON_TIME_MS) return "schedule";
  const madeUpFor = policies.misfire === "run_once" && lateMs <= policies.catchUpWindowSeconds * SECOND_MS;
  return madeUpFor ? "catch_up" : null;
}

/** Returns the due ticks before the newest one, null if there are none. */
function stretchBefore(newest: Date, later: RunStretch, { schedule, anchor, dueAt }: TickInput) {
  if (later.count === 0) return null;
  // `later` holds the newest tick but not `dueAt`, so the count is the same without the one and with the other.
  const justBefore = new Date(newest.getTime() - 1);
  const last = runsBetween(schedule, dueAt, justBefore, anchor).last ?? dueAt;
  return { count: later.count, first: dueAt, last };
}

function startedRow(tick: Date, trigger: TickExecution["trigger"], input: TickInput): TickExecution {
  const { policies, activeExecutions } = input;
  if (policies.overlap === "allow" || activeExecutions === 0) {
    return { status: "queued", trigger, scheduledFor: tick };
  }
  const message = `An earlier execution of this task had not ended (${activeExecutions} queued, running or waiting), and the overlap policy is skip.`;
  return { status: "skipped", trigger, scheduledFor: tick, reason: { code: "overlap", message } };
}

function missedRow(missed: MissedStretch, why: string): TickExecution {
  return {
    status: "skipped",
    trigger: "schedule",
    scheduledFor: missed.first,
    reason: {
      code: "missed",
      message: `${describeStretch(missed)} missed: no scheduler came to it in time, and ${why}.`,
    },
    missed,
  };
}

function describeStretch({ count, first, last }: MissedStretch): string {
  return count === 1
    ? `The run at ${first.toISOString()} was`
    : `${count} runs from ${first.toISOString()} to ${last.toISOString()} were`;
}

function explainMissed({ policies }: TickInput): string {
  if (policies.misfire === "skip") return "the misfire policy is skip";
  return `the catch-up window of ${policies.catchUpWindowSeconds} seconds had passed`;
}

function explainPassedOver(newest: Date, { policies }: TickInput): string {
  if (policies.misfire === "skip") return "the misfire policy is skip";
  return `the misfire policy run_once takes only the newest run, ${newest.toISOString()}`;
}
