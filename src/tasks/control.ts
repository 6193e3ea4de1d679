import { AppError, requireFound, requireRow } from "../base/errors.ts";
import { newId, toId } from "../base/ids.ts";
import { cancelRepliesOfTask, withdrawHeldMessages } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import {
  type Core,
  cancelExecutions,
  type Execution,
  enqueueExecution,
  getExecution,
  listExecutions,
  type Reason,
  type Trigger,
} from "../engine/index.ts";
import { nameCaller, type Origin, recordChange } from "../workspaces/index.ts";
import { cancelAudience, triggerAudience } from "./audience/index.ts";
import { taskErrors } from "./errors.ts";
import { executionOfTask } from "./new-execution.ts";
import { reactivate } from "./reactivation.ts";
import { replaceExecutions } from "./replace.ts";
import { decidePause, withDefaultPolicies } from "./rules.ts";
import { stopTask } from "./stop.ts";
import { holdTask, lockTask, readNow, selectTask } from "./store.ts";
import type { Task } from "./task.ts";
import { record } from "./tasks.ts";

const replacedByTrigger: Reason = {
  code: "overlap",
  message: "The task was triggered, and its overlap policy is cancel_previous.",
};

/**
 * Runs a task now, in whatever state it is; its schedule does not move. What becomes of executions under way is up to
 * the overlap policy: with `skip`, and with `queue_one` while one waits already, it throws 409 `execution_in_progress`
 * with `executionId`. Over an audience it answers the first contact's execution. Throws 404.
 */
export async function triggerTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<Execution> {
  // The lock holds off the sweep and other triggers, so that what is active stays so until the commit.
  const [, found, active] = await Promise.all([holdTask(tx, id), selectTask(tx, id), listActive(tx, id)]);
  const task = requireFound(found, "task");
  const { overlap } = withDefaultPolicies(task.policies);
  if (overlap === "cancel_previous") {
    if (task.audience !== null) await cancelAudience(tx, id);
    await replaceExecutions(core, tx, { taskId: id }, replacedByTrigger);
  }
  const waiting = active.find(({ afterPrevious }) => afterPrevious);
  const [inTheWay] = waiting === undefined ? active : [waiting];
  if (inTheWay !== undefined && (overlap === "skip" || (overlap === "queue_one" && waiting !== undefined)))
    throw inProgress(inTheWay);
  const [execution] = await Promise.all([
    begin(core, tx, task, {
      trigger: origin.caller?.kind === "member" ? "manual" : "api",
      afterPrevious: overlap === "queue_one" && active.length > 0,
    }),
    recordChange(tx, { ...origin, action: "task.trigger", target: { kind: "task", id } }),
  ]);
  return requireRow(execution, "reading an execution that was just queued");
}

async function listActive(tx: TenantTx, taskId: string): Promise<readonly Execution[]> {
  const active = { taskId, status: ["queued", "running", "waiting"] } as const;
  return (await listExecutions(tx, active, { limit: 100 })).items;
}

function inProgress(execution: Execution): AppError {
  const executionId = toId("execution", execution.id);
  const doing = execution.afterPrevious ? "waiting for the one before it" : execution.status;
  return new AppError(taskErrors.execution_in_progress, {
    message: `The task's execution ${executionId} is ${doing}; cancel it or wait for its end.`,
    details: { executionId },
  });
}

async function begin(
  core: Core,
  tx: TenantTx,
  task: Task,
  run: { readonly trigger: Trigger; readonly afterPrevious: boolean },
): Promise<Execution | undefined> {
  if (task.audience !== null)
    return await getExecution(tx, await triggerAudience(core, tx, task, run.trigger));
  const id = newId();
  const [, execution] = await Promise.all([
    enqueueExecution(core, tx, { ...executionOfTask(task), id, lane: "manual", ...run }),
    getExecution(tx, id),
  ]);
  return execution;
}

/**
 * Cancels what a task has queued, running or waiting, and the replies that are being given in its sessions: what those
 * were to answer waits for a person. Its held messages are withdrawn. The task, its next run and its sessions stay.
 * Throws 404.
 */
export async function cancelTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<Task> {
  const found = requireFound(await selectTask(tx, id), "task");
  const by = await nameCaller(tx, origin.caller);
  const reason = { code: "canceled", message: `All executions of the task were cancelled by ${by}.` };
  await cancelRepliesOfTask(core, tx, id, reason);
  await withdrawHeldMessages(core, tx, { taskId: id });
  if (found.audience !== null) await cancelAudience(tx, id);
  await cancelExecutions(core, tx, { taskId: id }, reason);
  // A run may have had another one held before it was cancelled.
  await withdrawHeldMessages(core, tx, { taskId: id });
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
  const decision = decidePause(before, { note, by: await nameCaller(tx, origin.caller) });
  if (decision.kind === "refused") throw new AppError(taskErrors.task_ended, { message: decision.message });
  await stopTask(core, tx, before, { state: "paused", reason: decision.reason, now: await readNow(tx) });
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
