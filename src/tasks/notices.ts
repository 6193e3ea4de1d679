import { toId } from "../base/ids.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core, Reason } from "../engine/index.ts";
import { type NotificationKind, notify } from "../notifications/index.ts";
import type { Task } from "./task.ts";

const autoPaused: NotificationKind = {
  kind: "task.auto_paused",
  title: "Task paused",
  description: "Too many runs of a task failed in a row, so that it paused by itself.",
};

const scheduleFailed: NotificationKind = {
  kind: "task.schedule_failed",
  title: "Schedule failed",
  description: "The next run of a task could not be computed, so that it was paused.",
};

const recovered: NotificationKind = {
  kind: "task.recovered",
  title: "Task works again",
  description: "A scheduled run completed for the first time since failures had paused its task.",
};

/** All that tasks notify of. */
export const taskNotices = [autoPaused, scheduleFailed, recovered];

/** Tells the workspace that failures have paused a task. */
export async function notifyAutoPaused(core: Core, tx: TenantTx, task: Task, reason: Reason): Promise<void> {
  await notify(core, tx, {
    kind: autoPaused,
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
    kind: scheduleFailed,
    severity: "error",
    title: `Task ${toId("task", taskId)} was paused`,
    body: reason.message,
    target: { kind: "task", id: taskId },
    dedupKey: `task.schedule_failed:${taskId}`,
  });
}

/** Tells the workspace that a task which failures had paused does its work again. */
export async function notifyRecovered(core: Core, tx: TenantTx, task: Task): Promise<void> {
  await notify(core, tx, {
    kind: recovered,
    severity: "info",
    title: `Task "${task.name}" works again`,
    body: "A scheduled run completed for the first time since failures had paused the task.",
    target: { kind: "task", id: task.id },
  });
}
