import { defaultPolicies, type SchedulePolicies } from "./policies.ts";
import { nextRun, runsBetween, runsLeft } from "./runs.ts";
import type { Schedule } from "./schema.ts";
import { isOnTime, startingTicks, triggerOf } from "./starting-ticks.ts";

export interface TickInput {
  readonly schedule: Schedule;
  /** When the schedule was set: day 0 of `everyDays` where it has no `startsAt`. */
  readonly anchor: Date;
  /** The stored next run. It is a tick whatever the schedule says today: it was announced. */
  readonly dueAt: Date;
  readonly now: Date;
  /** How many executions of this task are queued, running or waiting; those of `pendingExecutions` are not counted. */
  readonly activeExecutions: number;
  /** How many of its executions wait for the one before them (`after_previous`). */
  readonly pendingExecutions: number;
  /** How many ticks of this schedule ran so far; counts against `maxRuns`. */
  readonly runsBefore: number;
  readonly policies: SchedulePolicies;
}

export interface MissedStretch {
  count: number;
  first: Date;
  last: Date;
}

export interface TickExecution {
  /** `after_previous`: starts when nothing of the task is active and no older one of this kind waits. */
  status: "queued" | "after_previous" | "skipped";
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
  /** True: what is active or pending of this task is to be cancelled before these rows are written. */
  cancelPrevious: boolean;
  /** `runsBefore` with the ticks that run now, which are all but the skipped ones. */
  runsAfter: number;
  /** Strictly after `now`, without jitter; null if the schedule has no further run. */
  nextRunAt: Date | null;
}

/**
 * Decides what becomes of the ticks of one task from `dueAt` to `now`. Those that run are the newest one, and under
 * misfire `run_all` the newest 100; they run as `schedule` if they are on time, as `catch_up` if the misfire policy
 * and the window allow it. All that are older are one skipped row with reason `missed`. What runs also meets the
 * overlap policy. Nothing at all for a row that is not due yet. Times are without jitter: a run starts `jitterMs`
 * after its tick. Throws RangeError for a schedule that `checkSchedule` refuses.
 */
export function decideTick(input: TickInput): TickDecision {
  const { schedule, anchor, dueAt, now, runsBefore } = input;
  if (dueAt > now) return { executions: [], cancelPrevious: false, runsAfter: runsBefore, nextRunAt: dueAt };
  const due = stretchUntilNow(input);
  const starting = startingTicks(input, due.last);
  const before = stretchBefore(starting[0], due, starting.length, input);
  const started = startRows(starting, input);
  const runsAfter = runsBefore + started.filter(({ status }) => status !== "skipped").length;
  return {
    executions: [...(before === null ? [] : [passedOverRow(before, starting, input)]), ...started],
    cancelPrevious: started.length > 0 && input.policies.overlap === "cancel_previous" && isBusy(input),
    runsAfter,
    nextRunAt: nextRun(schedule, now, anchor, { runsBefore: runsAfter }),
  };
}

/** Why due ticks will not be carried out: a reason's code, and when it came about ("when the task was paused"). */
export interface DropCause {
  code: string;
  when: string;
}

type DueTicks = Pick<TickInput, "schedule" | "anchor" | "dueAt" | "now">;

/**
 * The one skipped row for the ticks from `dueAt` to `now` of a schedule that is stopped or replaced before anybody came
 * to them. They are `missed` if none of them could run any more, else the cause is what kept the newest from it. A
 * schedule that cannot be computed has the one tick that was announced.
 */
export function decideDropped(
  due: DueTicks & { readonly policies?: SchedulePolicies },
  cause: DropCause,
): TickExecution {
  const policies = due.policies ?? defaultPolicies;
  const missed = stretchOrOne(due);
  if (triggerOf(missed.last, due.now, policies) === null)
    return missedRow(missed, explainNothingStarted(policies));
  const message = `${describeStretch(missed)} due and had not started ${cause.when}.`;
  return {
    status: "skipped",
    trigger: "schedule",
    scheduledFor: missed.first,
    reason: { code: cause.code, message },
    missed,
  };
}

function stretchOrOne(due: DueTicks): MissedStretch {
  try {
    return stretchUntilNow(due);
  } catch {
    return { count: 1, first: due.dueAt, last: due.dueAt };
  }
}

function stretchUntilNow({ schedule, anchor, dueAt, now }: DueTicks): MissedStretch {
  const later = runsBetween(schedule, dueAt, now, anchor);
  return { count: later.count + 1, first: dueAt, last: later.last ?? dueAt };
}

/** The due ticks before the first that starts, all if none does, null if there are none. */
function stretchBefore(
  firstStarting: Date | undefined,
  due: MissedStretch,
  starting: number,
  { schedule, anchor, dueAt }: TickInput,
): MissedStretch | null {
  if (firstStarting === undefined) return due;
  if (due.count === starting) return null;
  const justBefore = new Date(firstStarting.getTime() - 1);
  const last = runsBetween(schedule, dueAt, justBefore, anchor).last ?? dueAt;
  return { count: due.count - starting, first: dueAt, last };
}

function isBusy({ activeExecutions, pendingExecutions }: TickInput): boolean {
  return activeExecutions + pendingExecutions > 0;
}

function startRows(ticks: readonly Date[], input: TickInput): TickExecution[] {
  const { now, policies } = input;
  const rows = ticks.map((tick) => ({
    trigger: isOnTime(tick, now) ? ("schedule" as const) : ("catch_up" as const),
    scheduledFor: tick,
  }));
  const { overlap } = policies;
  if (overlap === "allow" || overlap === "cancel_previous")
    return rows.map((row) => ({ status: "queued", ...row }));
  // Under run_all what is made up for takes its turn: with `skip` all but one of them would be skipped at once.
  if (policies.misfire === "run_all" && rows.some(({ trigger }) => trigger === "catch_up"))
    return rows.map((row, index) => ({
      status: index > 0 || isBusy(input) ? "after_previous" : "queued",
      ...row,
    }));
  return rows.map((row) => ({ ...startAlone(input), ...row }));
}

/** What `skip` and `queue_one` make of a single tick. */
function startAlone(input: TickInput): Pick<TickExecution, "status" | "reason"> {
  const { activeExecutions, pendingExecutions, policies } = input;
  if (!isBusy(input)) return { status: "queued" };
  if (policies.overlap === "queue_one" && pendingExecutions === 0) return { status: "after_previous" };
  const why =
    policies.overlap === "skip"
      ? `An earlier execution of this task had not ended (${activeExecutions + pendingExecutions} queued, running or waiting), and the overlap policy is skip.`
      : "An earlier execution of this task already waited for the one before it, and the overlap policy queue_one lets one wait.";
  return { status: "skipped", reason: { code: "overlap", message: why } };
}

/** The row of the ticks before the first that runs, or of all if none does. */
function passedOverRow(missed: MissedStretch, starting: readonly Date[], input: TickInput): TickExecution {
  if (runsLeft(input.schedule, input.runsBefore) > 0)
    return missedRow(missed, explainMissed(starting, input));
  return {
    status: "skipped",
    trigger: "schedule",
    scheduledFor: missed.first,
    reason: {
      code: "max_runs",
      message: `${describeStretch(missed)} left out: the schedule had had its ${input.runsBefore} runs.`,
    },
    missed,
  };
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

function explainMissed([first]: readonly Date[], { policies }: TickInput): string {
  if (first === undefined) return explainNothingStarted(policies);
  switch (policies.misfire) {
    case "skip":
      return "the misfire policy is skip";
    case "run_once":
      return `the misfire policy run_once takes only the newest run, ${first.toISOString()}`;
    case "run_all":
      return policies.overlap === "cancel_previous"
        ? `the overlap policy cancel_previous leaves only the newest run, ${first.toISOString()}`
        : `the misfire policy run_all takes only the newest runs, at most 100, at most as many as maxRuns leaves and none older than ${policies.catchUpWindowSeconds} seconds: the first is ${first.toISOString()}`;
  }
}

function explainNothingStarted(policies: SchedulePolicies): string {
  if (policies.misfire === "skip") return "the misfire policy is skip";
  return `the catch-up window of ${policies.catchUpWindowSeconds} seconds had passed`;
}
