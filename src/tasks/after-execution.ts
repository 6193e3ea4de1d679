import { toId } from "../base/ids.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core, Execution, Reason } from "../engine/index.ts";
import { notify } from "../notifications/index.ts";
import { droppedByPause, recordDroppedOf } from "./dropped-ticks.ts";
import { decideAfterExecution } from "./rules.ts";
import { setNextRun } from "./schedule-store.ts";
import { lockTask, readNow, updateLastRun, updateState } from "./store.ts";
import type { Task } from "./task.ts";

/**
 * Notes at a task that an execution of it has ended, in the transaction that ends it: the last run, failures in a
 * row and what follows from them, the end of a schedule that has no further run.
 */
export async function afterExecution(core: Core, tx: TenantTx, execution: Execution): Promise<void> {
  if (execution.taskId === null) return;
  const task = await lockTask(tx, execution.taskId);
  if (task === undefined) return;
  const now = await readNow(tx);
  const { consecutiveFailures, change } = decideAfterExecution(task, execution, now);
  await updateLastRun(tx, task.id, {
    executionId: execution.id,
    startedAt: execution.startedAt,
    consecutiveFailures,
  });
  if (change === undefined) return;
  await recordDroppedOf(core, tx, task, { now, cause: droppedByPause });
  await setNextRun(tx, task.id, null);
  await updateState(tx, task.id, change.state, change.reason);
  if (change.state === "auto_paused") await notifyAutoPaused(core, tx, task, change.reason);
}

async function notifyAutoPaused(core: Core, tx: TenantTx, task: Task, reason: Reason): Promise<void> {
  await notify(core, tx, {
    kind: "task.auto_paused",
    severity: "error",
    title: `Task "${task.name}" was paused`,
    body: `${reason.message}\n\nIt runs again once somebody resumes it.`,
    target: { kind: "task", id: task.id },
    dedupKey: `task.auto_paused:${task.id}`,
  });
}

/** Tells the workspace that a schedule could not be computed. `tx` may be the system's, bound to the workspace. */
export async function notifyScheduleFailed(
  core: Core,
  tx: TenantTx,
  taskId: string,
  reason: Reason,
): Promise<void> {
  await notify(core, tx, {
    kind: "task.schedule_failed",
    severity: "error",
    title: `Task ${toId("task", taskId)} was paused`,
    body: reason.message,
    target: { kind: "task", id: taskId },
    dedupKey: `task.schedule_failed:${taskId}`,
  });
}
