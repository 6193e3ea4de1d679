import { requireRow } from "../base/errors.ts";
import { toId, toIdOrNull } from "../base/ids.ts";
import { instant } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import {
  countActive,
  type Execution,
  getExecutions,
  type RecentExecution,
  selectRecentOfTasks,
} from "../engine/index.ts";
import { findNextRelative } from "./relative/index.ts";
import { withDefaultLimits, withDefaultPolicies } from "./rules.ts";
import { describeSchedule, type Schedule } from "./schedule/index.ts";
import type { TaskOut } from "./schemas.ts";
import type { Audience, Task } from "./task.ts";

/** How many of a task's executions are shown beside it. */
const recentAtMost = 10;

/**
 * Tasks as the API shows them, with what the engine knows of their executions, in a few statements for all; with their
 * recent executions where those are asked for.
 */
export async function presentTasks(
  tx: TenantTx,
  tasks: readonly Task[],
  include: { readonly recentExecutions: boolean },
): Promise<readonly TaskOut[]> {
  if (tasks.length === 0) return [];
  const ids = tasks.map(({ id }) => id);
  const lastIds = tasks.flatMap(({ lastExecutionId }) => (lastExecutionId === null ? [] : [lastExecutionId]));
  const relative = tasks.filter(({ schedule }) => schedule?.kind === "relative").map(({ id }) => id);
  const [running, last, nextRelative, recent] = await Promise.all([
    countActive(
      tx,
      ids.map((taskId) => ({ workspaceId: tx.workspaceId, taskId })),
    ),
    lastIds.length === 0 ? [] : getExecutions(tx, lastIds),
    relative.length === 0 ? new Map<string, Date>() : findNextRelative(tx, relative),
    include.recentExecutions ? selectRecentOfTasks(tx, ids, recentAtMost) : undefined,
  ]);
  const byId = new Map(last.map((execution) => [execution.id, execution]));
  return tasks.map((task) =>
    presentTask(task, {
      running: running.get(task.id)?.active ?? 0,
      lastExecution: task.lastExecutionId === null ? undefined : byId.get(task.lastExecutionId),
      nextRunAt: task.state === "active" ? (nextRelative.get(task.id) ?? task.nextRunAt) : task.nextRunAt,
      recent: recent && (recent.get(task.id) ?? []),
    }),
  );
}

/** One task as the API shows it, with its recent executions. */
export async function presentOneTask(tx: TenantTx, task: Task): Promise<TaskOut> {
  const [presented] = await presentTasks(tx, [task], { recentExecutions: true });
  return requireRow(presented, "presenting a task");
}

function presentTask(
  task: Task,
  facts: {
    readonly running: number;
    readonly lastExecution: Execution | undefined;
    readonly nextRunAt: Date | null;
    /** Undefined: not asked for. */
    readonly recent: readonly RecentExecution[] | undefined;
  },
): TaskOut {
  const { schedule, expiresAt } = task;
  const { nextRunAt, recent } = facts;
  const isTooLate = nextRunAt !== null && expiresAt !== null && nextRunAt >= expiresAt;
  return {
    id: toId("task", task.id),
    name: task.name,
    description: task.description,
    agentId: toIdOrNull("agent", task.agentId),
    contactId: toIdOrNull("contact", task.contactId),
    audience: presentAudience(task.audience),
    mayWriteTo: task.mayWriteTo,
    conversationId: toIdOrNull("conversation", task.conversationId),
    channelId: toIdOrNull("channel", task.channelId),
    schedule,
    scheduleDescription: schedule === null ? null : describe(schedule),
    policies: withDefaultPolicies(task.policies),
    sessionDurationSeconds: task.sessionDurationSeconds,
    limits: withDefaultLimits(task.limits),
    purpose: task.purpose,
    whenBlocked: task.whenBlocked,
    endWhen: [...task.endWhen],
    expiresAt: instant(expiresAt),
    meta: task.meta,
    externalId: task.externalId,
    state: task.state,
    stateReason: task.stateReason,
    running: facts.running,
    lastExecution: presentLast(task, facts.lastExecution),
    ...(recent === undefined ? {} : { recentExecutions: recent.map(presentRecent) }),
    lastRunAt: instant(task.lastRunAt),
    nextRunAt: isTooLate ? null : instant(nextRunAt),
    demo: task.demo,
    createdAt: instant(task.createdAt),
    updatedAt: instant(task.updatedAt),
  };
}

/** Of an execution that was removed with age, what the task kept. */
function presentLast(
  { lastExecutionId, lastExecution: kept }: Task,
  found: Execution | undefined,
): TaskOut["lastExecution"] {
  if (lastExecutionId === null) return null;
  const id = toId("execution", lastExecutionId);
  if (found === undefined) return kept === null ? null : { id, ...kept };
  const { status, outcome, completedAt, summary } = found;
  return { id, status, outcome, completedAt: instant(completedAt), summary };
}

function presentRecent(recent: RecentExecution): NonNullable<TaskOut["recentExecutions"]>[number] {
  const { id, queuedAt, completedAt, ...rest } = recent;
  return {
    id: toId("execution", id),
    ...rest,
    queuedAt: instant(queuedAt),
    completedAt: instant(completedAt),
  };
}

/** A stored filter is one that `audienceFilter` has checked. */
function presentAudience(audience: Audience | null): TaskOut["audience"] {
  return audience;
}

/** A stored schedule that this version cannot read must not keep its task from being shown and set right. */
function describe(schedule: Schedule): string | null {
  try {
    return describeSchedule(schedule);
  } catch {
    return null;
  }
}
