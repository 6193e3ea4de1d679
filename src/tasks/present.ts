import { requireRow } from "../base/errors.ts";
import { toId, toIdOrNull } from "../base/ids.ts";
import { instant } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import { countActive, type Execution, getExecutions } from "../engine/index.ts";
import { withDefaults } from "./rules.ts";
import { describeSchedule, type Schedule } from "./schedule/index.ts";
import type { TaskOut } from "./schemas.ts";
import type { Task } from "./task.ts";

/** Tasks as the API shows them, with what the engine knows of their executions, in two statements for all. */
export async function presentTasks(tx: TenantTx, tasks: readonly Task[]): Promise<readonly TaskOut[]> {
  if (tasks.length === 0) return [];
  const running = await countActive(
    tx,
    tasks.map(({ id }) => ({ workspaceId: tx.workspaceId, taskId: id })),
  );
  const lastIds = tasks.flatMap(({ lastExecutionId }) => (lastExecutionId === null ? [] : [lastExecutionId]));
  const last = lastIds.length === 0 ? [] : await getExecutions(tx, lastIds);
  const byId = new Map(last.map((execution) => [execution.id, execution]));
  return tasks.map((task) =>
    presentTask(task, {
      running: running.get(task.id) ?? 0,
      lastExecution: task.lastExecutionId === null ? undefined : byId.get(task.lastExecutionId),
    }),
  );
}

/** One task as the API shows it. */
export async function presentOneTask(tx: TenantTx, task: Task): Promise<TaskOut> {
  const [presented] = await presentTasks(tx, [task]);
  return requireRow(presented, "presenting a task");
}

function presentTask(
  task: Task,
  facts: { readonly running: number; readonly lastExecution: Execution | undefined },
): TaskOut {
  const { schedule } = task;
  const { lastExecution } = facts;
  return {
    id: toId("task", task.id),
    name: task.name,
    description: task.description,
    agentId: toIdOrNull("agent", task.agentId),
    contactId: toIdOrNull("contact", task.contactId),
    channelId: toIdOrNull("channel", task.channelId),
    schedule,
    scheduleDescription: schedule === null ? null : describe(schedule),
    sessionDurationSeconds: task.sessionDurationSeconds,
    limits: withDefaults(task.limits),
    meta: task.meta,
    externalId: task.externalId,
    state: task.state,
    stateReason: task.stateReason,
    running: facts.running,
    lastExecution:
      lastExecution === undefined
        ? null
        : {
            id: toId("execution", lastExecution.id),
            status: lastExecution.status,
            outcome: lastExecution.outcome,
            completedAt: instant(lastExecution.completedAt),
            summary: lastExecution.summary,
          },
    lastRunAt: instant(task.lastRunAt),
    nextRunAt: instant(task.nextRunAt),
    demo: task.demo,
    createdAt: instant(task.createdAt),
    updatedAt: instant(task.updatedAt),
  };
}

/** A stored schedule that this version cannot read must not keep its task from being shown and set right. */
function describe(schedule: Schedule): string | null {
  try {
    return describeSchedule(schedule);
  } catch {
    return null;
  }
}
