import { AppError, requireFound, requireRow } from "../base/errors.ts";
import { toId } from "../base/ids.ts";
import { cancelRepliesOfTask } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import {
  type Core,
  cancelExecutions,
  type Execution,
  enqueueExecution,
  getExecution,
  listExecutions,
} from "../engine/index.ts";
import { type Origin, recordChange } from "../workspaces/index.ts";
import { droppedByPause, recordDroppedOf } from "./dropped-ticks.ts";
import { taskErrors } from "./errors.ts";
import { reactivate } from "./reactivation.ts";
import { decidePause, withDefaults } from "./rules.ts";
import { setNextRun } from "./schedule-store.ts";
import { lockTask, readNow, selectTask, updateState } from "./store.ts";
import { type Task, taskKindName } from "./task.ts";
import { record } from "./tasks.ts";

/**
 * Runs a task now, in whatever state it is; its schedule does not move. Throws 404, and 409 `execution_in_progress`
 * with `executionId` while an execution has not ended.
 */
export async function triggerTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<Execution> {
  // The lock holds off the sweep and other triggers, so that the look below stays true until the commit.
  const task = requireFound(await lockTask(tx, id), "task");
  const active = await listExecutions(
    tx,
    { taskId: id, status: ["queued", "running", "waiting"] },
    { limit: 1 },
  );
  const [inTheWay] = active.items;
  if (inTheWay !== undefined) {
    const executionId = toId("execution", inTheWay.id);
    throw new AppError(taskErrors.execution_in_progress, {
      message: `The task's execution ${executionId} is ${inTheWay.status}; cancel it or wait for its end.`,
      details: { executionId },
    });
  }
  const queued = enqueueExecution(core, tx, {
    kind: taskKindName,
    lane: "manual",
    trigger: origin.caller?.kind === "member" ? "manual" : "api",
    taskId: id,
    agentId: task.agentId,
    contactId: task.contactId,
    maxTimeSeconds: withDefaults(task.limits).maxTimeSeconds,
  });
  const recorded = recordChange(tx, { ...origin, action: "task.trigger", target: { kind: "task", id } });
  const [executionId] = await Promise.all([queued, recorded]);
  return requireRow(await getExecution(tx, executionId), "reading an execution that was just queued");
}

/**
 * Cancels what a task has queued, running or waiting, and the replies that are being given in its sessions: what those
 * were to answer waits for a person. The task, its next run and its sessions stay. Throws 404.
 */
export async function cancelTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<Task> {
  requireFound(await selectTask(tx, id), "task");
  const reason = { code: "canceled", message: "All executions of the task were cancelled." };
  await cancelRepliesOfTask(core, tx, id, reason);
  await cancelExecutions(core, tx, { taskId: id }, reason);
  const task = requireFound(await selectTask(tx, id), "task");
  await recordChange(tx, { ...origin, action: "task.cancel", target: { kind: "task", id } });
  return task;
}

/**
 * Stops a task's schedule; what is under way goes on, and a run that was due is recorded as skipped. Throws 404, and 409
 * `task_ended`.
 */
export async function pauseTask(
  core: Core,
  tx: TenantTx,
  id: string,
  note: string | undefined,
  origin: Origin,
): Promise<Task> {
  const before = requireFound(await lockTask(tx, id), "task");
  const decision = decidePause(before, note);
  if (decision.kind === "refused") throw new AppError(taskErrors.task_ended, { message: decision.message });
  await recordDroppedOf(core, tx, before, { now: await readNow(tx), cause: droppedByPause });
  await setNextRun(tx, id, null);
  await updateState(tx, id, "paused", decision.reason);
  return finishChange(tx, origin, "task.pause", before);
}

/**
 * Lets a task run again by its schedule, counted from now. An active one stays as it is. Throws 404, and 409
 * `task_not_resumable` if it has no agent, contact, channel or further run.
 */
export async function resumeTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<Task> {
  const before = requireFound(await lockTask(tx, id), "task");
  if (!(await reactivate(core, tx, before, await readNow(tx)))) return before;
  return finishChange(tx, origin, "task.resume", before);
}

async function finishChange(tx: TenantTx, origin: Origin, action: string, before: Task): Promise<Task> {
  const after = requireRow(await selectTask(tx, before.id), "reading a task that was just changed");
  await record(tx, origin, action, before, after);
  return after;
}
