import type { Agent } from "../agents/index.ts";
import { messageOf } from "../base/errors.ts";
import { mergeFields, withoutUndefined } from "../base/objects.ts";
import type { Execution, ExecutionStatus, Reason, Trigger } from "../engine/index.ts";
import {
  decideTick,
  defaultPolicies,
  jitterMs,
  nextRun,
  type Schedule,
  type SchedulePolicies,
  type TickExecution,
} from "./schedule/index.ts";
import type { LimitChanges, PolicyChanges, Task, TaskLimits, TaskPolicies } from "./task.ts";

/** Executions of a task may do this much where it does not say otherwise. */
const defaultLimits = { maxIterations: 1_000, maxTimeSeconds: 900, maxToolCalls: 10_000 } as const;

export interface FullLimits {
  readonly maxIterations: number;
  readonly maxTimeSeconds: number;
  readonly maxToolCalls: number;
  readonly maxCostUsd: string | null;
}

/** Every limit that holds. */
export function withDefaultLimits(limits: TaskLimits): FullLimits {
  return { ...defaultLimits, maxCostUsd: null, ...limits };
}

/**
 * The limits of one execution: what the task leaves open is its agent's, and what that leaves open is the default. The
 * time is the task's alone: it is set when the execution is queued, before it is known which agent will carry it out.
 */
export function limitsOfRun(task: TaskLimits, agent: Agent["limits"]): FullLimits {
  const { maxTimeSeconds: _, ...ofAgent } = agent;
  return withDefaultLimits({ ...withoutUndefined(ofAgent), ...task });
}

/** The limits after a change: what is absent stays, null goes back to the default. */
export function mergeLimits(limits: TaskLimits, changes: LimitChanges): TaskLimits {
  return mergeFields(limits, changes);
}

/** The policies after a change, in the same way; null takes all of them back to their defaults. */
export function mergePolicies(policies: TaskPolicies, changes: PolicyChanges | null): TaskPolicies {
  return changes === null ? {} : mergeFields(policies, changes);
}

/** Every policy that holds. */
export function withDefaultPolicies(policies: TaskPolicies): SchedulePolicies {
  return { ...defaultPolicies, ...policies };
}

/** The next run of a task in this state; only an active one has any, and a `relative` one has its own times. */
export function planNextRun(
  task: Pick<Task, "state" | "schedule">,
  times: { readonly now: Date; readonly scheduledAt: Date },
): Date | null {
  if (task.state !== "active" || task.schedule === null) return null;
  return nextRun(task.schedule, times.now, times.scheduledAt);
}

export type PauseDecision =
  | { readonly kind: "paused"; readonly reason: Reason }
  | { readonly kind: "refused"; readonly message: string };

/** A pause takes the place of an automatic one, with its own note or `by` whom it was: "Ada". */
export function decidePause(
  task: Pick<Task, "state">,
  pause: { readonly note: string | undefined; readonly by: string },
): PauseDecision {
  if (task.state === "ended")
    return { kind: "refused", message: "The task has ended; there is nothing to pause." };
  return { kind: "paused", reason: { code: "paused", message: pause.note ?? `Paused by ${pause.by}.` } };
}

export type ResumeDecision =
  | { readonly kind: "unchanged" }
  | { readonly kind: "resumed"; readonly nextRunAt: Date | null }
  | {
      readonly kind: "refused";
      readonly code: "agent" | "contact" | "channel" | "schedule" | "expiry";
      readonly message: string;
    };

/** Resuming counts from now, so it never fires at once; what could never run again stays as it is. */
export function decideResume(
  task: Pick<Task, "state" | "schedule" | "scheduledAt" | "runsCount" | "expiresAt">,
  facts: {
    readonly now: Date;
    readonly agentFound: boolean;
    readonly contactFound: boolean;
    readonly channelFound: boolean;
  },
): ResumeDecision {
  if (task.state === "active") return { kind: "unchanged" };
  if (!facts.contactFound) {
    const message = "The task's contact was deleted. Give the task another contact, or none, first.";
    return { kind: "refused", code: "contact", message };
  }
  if (!facts.agentFound) {
    const message = "The task has no agent any more. Give it one first.";
    return { kind: "refused", code: "agent", message };
  }
  if (!facts.channelFound) {
    const message = "The task's channel was deleted. Give the task another channel, or none, first.";
    return { kind: "refused", code: "channel", message };
  }
  if (task.expiresAt !== null && task.expiresAt <= facts.now) {
    const message = "The task's expiresAt is past. Give it a later one, or none, first.";
    return { kind: "refused", code: "expiry", message };
  }
  if (task.schedule === null || hasOwnTimes(task.schedule)) return { kind: "resumed", nextRunAt: null };
  const nextRunAt = furtherRun(task.schedule, facts.now, {
    scheduledAt: task.scheduledAt ?? facts.now,
    runsCount: task.runsCount,
  });
  if (nextRunAt instanceof Date) return { kind: "resumed", nextRunAt };
  const message =
    task.schedule.kind === "once"
      ? `The task's one run (${task.schedule.at} in ${task.schedule.timezone}) is past. Give it another schedule first.`
      : "The task's schedule has no further run. Give it another one first.";
  return { kind: "refused", code: "schedule", message };
}

/** True if the times of a schedule are those of its contacts' attributes, so that it has no one next run. */
function hasOwnTimes(schedule: Schedule): boolean {
  return schedule.kind === "relative";
}

/** The next run, null if there is none, undefined if the schedule cannot be computed. */
function furtherRun(
  schedule: Schedule,
  now: Date,
  at: { readonly scheduledAt: Date; readonly runsCount: number },
): Date | null | undefined {
  try {
    return nextRun(schedule, now, at.scheduledAt, { runsBefore: at.runsCount });
  } catch {
    return undefined;
  }
}

/** True for executions that the schedule made; only they count for what becomes of the task. */
function isScheduled(trigger: Trigger): boolean {
  return trigger === "schedule" || trigger === "catch_up";
}

export interface EndDecision {
  readonly consecutiveFailures: number;
  /** True: it had been paused for failures, and this is the first scheduled run that completed since. */
  readonly recovered: boolean;
  /** Present: the task changes its state. */
  readonly change?: { readonly state: "auto_paused" | "ended"; readonly reason: Reason };
}

/** What the end of an execution does to its task. */
export function decideAfterExecution(
  task: Pick<
    Task,
    | "state"
    | "schedule"
    | "scheduledAt"
    | "nextRunAt"
    | "runsCount"
    | "policies"
    | "recovering"
    | "consecutiveFailures"
  >,
  execution: Pick<Execution, "trigger" | "status" | "reasonMessage">,
  now: Date,
): EndDecision {
  if (!isScheduled(execution.trigger))
    return { consecutiveFailures: task.consecutiveFailures, recovered: false };
  const consecutiveFailures = countFailures(task.consecutiveFailures, execution.status);
  const counted = { consecutiveFailures, recovered: task.recovering && execution.status === "completed" };
  if (task.state !== "ended" && isFinished(task, now))
    return { ...counted, change: { state: "ended", reason: scheduleFinished } };
  const most = withDefaultPolicies(task.policies).autoPauseAfterFailures;
  const failed = execution.status === "failed";
  if (task.state !== "active" || !failed || most === 0 || consecutiveFailures < most) return counted;
  const message = `${consecutiveFailures} scheduled ${consecutiveFailures === 1 ? "run" : "runs in a row"} failed. The latest: ${execution.reasonMessage ?? "no reason was recorded"}`;
  return { ...counted, change: { state: "auto_paused", reason: { code: "failures", message } } };
}

function countFailures(before: number, status: ExecutionStatus): number {
  if (status === "failed") return before + 1;
  return status === "completed" ? 0 : before;
}

const scheduleFinished: Reason = {
  code: "schedule_finished",
  message: "The schedule has had its last run.",
};

/** True if the schedule has no run after now and none that is due. */
function isFinished(
  task: Pick<Task, "schedule" | "scheduledAt" | "nextRunAt" | "runsCount">,
  now: Date,
): boolean {
  const { schedule, scheduledAt, runsCount } = task;
  if (schedule === null || hasOwnTimes(schedule) || task.nextRunAt !== null) return false;
  return furtherRun(schedule, now, { scheduledAt: scheduledAt ?? now, runsCount }) === null;
}

/** What an ended execution tells the next one of its task; null if it has nothing to say. */
export function summariseEnd(
  execution: Pick<Execution, "status" | "summary" | "reasonMessage">,
): string | null {
  const { status, summary, reasonMessage } = execution;
  if (status !== "failed") return summary || null;
  const parts = [
    `It failed: ${reasonMessage ?? "no reason was recorded."}`,
    ...(summary === null ? [] : [summary]),
  ];
  return parts.join("\n");
}

/** A schedule whose time has come, as the sweep reads it. `rule` and `policies` are whatever was stored. */
export interface DueSchedule {
  readonly taskId: string;
  readonly rule: unknown;
  readonly policies: unknown;
  readonly scheduledAt: Date;
  readonly dueAt: Date;
  /** Ticks that ran so far. */
  readonly runsCount: number;
  readonly expiresAt: Date | null;
  /** Executions of the task that are queued, running or waiting, without those that wait for their predecessor. */
  readonly active: number;
  /** Those that wait for their predecessor. */
  readonly pending: number;
}

/** A tick with what is to become of its execution. */
export interface PlannedTick extends TickExecution {
  /** How long it waits before it is queued. */
  readonly delayMs: number;
}

export interface DueDecision {
  readonly executions: readonly PlannedTick[];
  /** True: what the task has under way is cancelled first. */
  readonly cancelPrevious: boolean;
  readonly runsCount: number;
  readonly nextRunAt: Date | null;
  /** Present: the task changes its state. */
  readonly change?: { readonly state: "paused" | "ended"; readonly reason: Reason };
}

export const expired: Reason = { code: "expired", message: "The task's expiresAt has come." };

/**
 * What becomes of a due schedule. One that cannot be computed pauses its task and says why, so that it neither fails
 * the others nor goes silent; one whose last run was skipped ends its task, since no execution will.
 */
export function decideDue(due: DueSchedule, now: Date): DueDecision {
  const { runsCount } = due;
  const nothing = { executions: [], cancelPrevious: false, runsCount, nextRunAt: null };
  if (due.expiresAt !== null && due.dueAt >= due.expiresAt)
    return { ...nothing, change: { state: "ended", reason: expired } };
  try {
    return decideComputed(due, due.rule as Schedule, now);
  } catch (error) {
    return { ...nothing, change: { state: "paused", reason: describeFault(error) } };
  }
}

function decideComputed(due: DueSchedule, schedule: Schedule, now: Date): DueDecision {
  const decided = decideTick({
    schedule,
    anchor: due.scheduledAt,
    dueAt: due.dueAt,
    now,
    activeExecutions: due.active,
    pendingExecutions: due.pending,
    runsBefore: due.runsCount,
    policies: due.policies === null ? defaultPolicies : withDefaultPolicies(due.policies as TaskPolicies),
  });
  const { nextRunAt } = decided;
  const executions = decided.executions.map((tick) => plan(tick, due, schedule, now));
  const starting = executions.filter(({ status }) => status !== "skipped").length;
  const decision = {
    executions,
    cancelPrevious: decided.cancelPrevious && starting > 0,
    runsCount: due.runsCount + starting,
    nextRunAt,
  };
  const skipped = executions.at(-1)?.reason;
  if (nextRunAt !== null || skipped === undefined) return decision;
  const message = `The schedule has had its last run, which was skipped: ${skipped.message}`;
  return { ...decision, change: { state: "ended", reason: { code: "schedule_finished", message } } };
}

/** A tick from the task's `expiresAt` on does not run. One that is made up for does not wait for its jitter again. */
function plan(tick: TickExecution, due: DueSchedule, schedule: Schedule, now: Date): PlannedTick {
  if (tick.status === "skipped") return { ...tick, delayMs: 0 };
  if (due.expiresAt !== null && tick.scheduledFor >= due.expiresAt)
    return { ...tick, status: "skipped", reason: expired, delayMs: 0 };
  if (tick.status === "after_previous") return { ...tick, delayMs: 0 };
  const startsAt = tick.scheduledFor.getTime() + jitterMs(schedule, due.taskId, tick.scheduledFor);
  return { ...tick, delayMs: Math.max(0, startsAt - now.getTime()) };
}

function describeFault(error: unknown): Reason {
  return {
    code: "schedule_failed",
    message: `The schedule could not be computed: ${messageOf(error)}. Set it again, then resume the task.`,
  };
}

/**
 * What becomes of an active task whose schedule is not armed: null leaves it alone (its last run is under way, its
 * end decides; or its times are its contacts').
 */
export function decideUnarmed(
  unarmed: { readonly rule: unknown; readonly scheduledAt: Date; readonly runsCount: number },
  active: number,
  now: Date,
): Pick<DueDecision, "nextRunAt" | "change"> | null {
  try {
    const schedule = unarmed.rule as Schedule;
    if (hasOwnTimes(schedule)) return null;
    const nextRunAt = nextRun(schedule, now, unarmed.scheduledAt, { runsBefore: unarmed.runsCount });
    if (nextRunAt !== null) return { nextRunAt };
    return active > 0 ? null : { nextRunAt, change: { state: "ended", reason: scheduleFinished } };
  } catch (error) {
    return { nextRunAt: null, change: { state: "paused", reason: describeFault(error) } };
  }
}

/**
 * True if a run must not write in the conversation that is open: its task answers nothing (session duration 0), or
 * the time for which an earlier run's conversation is reused is over. `sentAt` is when the task's latest message there
 * was sent.
 */
export function reopensConversation(
  sessionDurationSeconds: number,
  sentAt: Date | undefined,
  now: Date,
): boolean {
  if (sessionDurationSeconds === 0) return true;
  return sentAt !== undefined && sentAt.getTime() + sessionDurationSeconds * 1_000 <= now.getTime();
}
