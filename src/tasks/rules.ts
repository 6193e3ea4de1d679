import { messageOf } from "../base/errors.ts";
import type { Execution, ExecutionStatus, Reason, Trigger } from "../engine/index.ts";
import { decideTick, defaultPolicies, nextRun, type Schedule, type TickExecution } from "./schedule/index.ts";
import type { LimitChanges, Task, TaskLimits, TaskState } from "./task.ts";

/** Scheduled runs that may fail in a row; the last of them pauses the task. */
export const failuresUntilPause = 5;

/** Executions of a task may do this much where it does not say otherwise. */
const defaultLimits = { maxIterations: 1_000, maxTimeSeconds: 900, maxToolCalls: 10_000 } as const;

export interface FullLimits {
  readonly maxIterations: number;
  readonly maxTimeSeconds: number;
  readonly maxToolCalls: number;
  readonly maxCostUsd: string | null;
}

/** Every limit that holds. */
export function withDefaults(limits: TaskLimits): FullLimits {
  return { ...defaultLimits, maxCostUsd: null, ...limits };
}

/** The limits after a change: what is absent stays, null goes back to the default. */
export function mergeLimits(limits: TaskLimits, changes: LimitChanges): TaskLimits {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...limits, ...Object.fromEntries(named) });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}

/** The next run of a task in this state; only an active one has any. */
export function planNextRun(
  task: { readonly state: TaskState; readonly schedule: Schedule | null },
  times: { readonly now: Date; readonly scheduledAt: Date },
): Date | null {
  if (task.state !== "active" || task.schedule === null) return null;
  return nextRun(task.schedule, times.now, times.scheduledAt);
}

export type PauseDecision =
  | { readonly kind: "paused"; readonly reason: Reason }
  | { readonly kind: "refused"; readonly message: string };

/** A person's pause takes the place of an automatic one, with its own note. */
export function decidePause(task: Pick<Task, "state">, note: string | undefined): PauseDecision {
  if (task.state === "ended")
    return { kind: "refused", message: "The task has ended; there is nothing to pause." };
  return { kind: "paused", reason: { code: "paused", message: note ?? "Paused by hand." } };
}

export type ResumeDecision =
  | { readonly kind: "unchanged" }
  | { readonly kind: "resumed"; readonly nextRunAt: Date | null }
  | {
      readonly kind: "refused";
      readonly code: "agent" | "contact" | "channel" | "schedule";
      readonly message: string;
    };

/** Resuming counts from now, so it never fires at once; what could never run again stays as it is. */
export function decideResume(
  task: Pick<Task, "state" | "schedule" | "scheduledAt">,
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
  if (task.schedule === null) return { kind: "resumed", nextRunAt: null };
  const nextRunAt = furtherRun(task.schedule, facts.now, task.scheduledAt ?? facts.now);
  if (nextRunAt instanceof Date) return { kind: "resumed", nextRunAt };
  const message =
    task.schedule.kind === "once"
      ? `The task's one run (${task.schedule.at} in ${task.schedule.timezone}) is past. Give it another schedule first.`
      : "The task's schedule has no further run. Give it another one first.";
  return { kind: "refused", code: "schedule", message };
}

/** The next run, null if there is none, undefined if the schedule cannot be computed. */
function furtherRun(schedule: Schedule, now: Date, scheduledAt: Date): Date | null | undefined {
  try {
    return nextRun(schedule, now, scheduledAt);
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
  /** Present: the task changes its state. */
  readonly change?: { readonly state: "auto_paused" | "ended"; readonly reason: Reason };
}

/** What the end of an execution does to its task. */
export function decideAfterExecution(
  task: Pick<Task, "state" | "schedule" | "scheduledAt" | "nextRunAt" | "consecutiveFailures">,
  execution: Pick<Execution, "trigger" | "status" | "reasonMessage">,
  now: Date,
): EndDecision {
  if (!isScheduled(execution.trigger)) return { consecutiveFailures: task.consecutiveFailures };
  const consecutiveFailures = countFailures(task.consecutiveFailures, execution.status);
  if (task.state !== "ended" && isFinished(task, now)) {
    return { consecutiveFailures, change: { state: "ended", reason: scheduleFinished } };
  }
  const failed = execution.status === "failed";
  if (task.state !== "active" || !failed || consecutiveFailures < failuresUntilPause) {
    return { consecutiveFailures };
  }
  const message = `${consecutiveFailures} scheduled runs in a row failed. The latest: ${execution.reasonMessage ?? "no reason was recorded"}`;
  return { consecutiveFailures, change: { state: "auto_paused", reason: { code: "failures", message } } };
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
function isFinished(task: Pick<Task, "schedule" | "scheduledAt" | "nextRunAt">, now: Date): boolean {
  if (task.schedule === null || task.nextRunAt !== null) return false;
  return furtherRun(task.schedule, now, task.scheduledAt ?? now) === null;
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

/** A schedule whose time has come, as the sweep reads it. `rule` is whatever was stored. */
export interface DueSchedule {
  readonly rule: unknown;
  readonly scheduledAt: Date;
  readonly dueAt: Date;
}

export interface DueDecision {
  readonly executions: readonly TickExecution[];
  readonly nextRunAt: Date | null;
  /** Present: the task changes its state. */
  readonly change?: { readonly state: "paused" | "ended"; readonly reason: Reason };
}

/**
 * What becomes of a due schedule. One that cannot be computed pauses its task and says why, so that it neither fails
 * the others nor goes silent; one whose last run was skipped ends its task, since no execution will.
 */
export function decideDue(due: DueSchedule, active: number, now: Date): DueDecision {
  try {
    const { executions, nextRunAt } = decideTick({
      schedule: due.rule as Schedule,
      anchor: due.scheduledAt,
      dueAt: due.dueAt,
      now,
      activeExecutions: active,
      policies: defaultPolicies,
    });
    const skipped = executions.at(-1)?.reason;
    if (nextRunAt !== null || skipped === undefined) return { executions, nextRunAt };
    const message = `The schedule has had its last run, which was skipped: ${skipped.message}`;
    return {
      executions,
      nextRunAt,
      change: { state: "ended", reason: { code: "schedule_finished", message } },
    };
  } catch (error) {
    return { executions: [], nextRunAt: null, change: { state: "paused", reason: describeFault(error) } };
  }
}

function describeFault(error: unknown): Reason {
  return {
    code: "schedule_failed",
    message: `The schedule could not be computed: ${messageOf(error)}. Set it again, then resume the task.`,
  };
}

/**
 * What becomes of an active task whose schedule is not armed: null leaves it alone (its last run is under way, its
 * end decides).
 */
export function decideUnarmed(
  unarmed: { readonly rule: unknown; readonly scheduledAt: Date },
  active: number,
  now: Date,
): Omit<DueDecision, "executions"> | null {
  try {
    const nextRunAt = nextRun(unarmed.rule as Schedule, now, unarmed.scheduledAt);
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
