import type { TenantTx } from "../db/index.ts";
import { announce, type Core, type Reason } from "../engine/index.ts";
import { droppedByPause, recordDroppedOf } from "./dropped-ticks.ts";
import { setNextRun } from "./schedule-store.ts";
import { updateState } from "./store.ts";
import type { Task, TaskState } from "./task.ts";

/**
 * Pauses or ends a locked task: it has no next run any more, and a run that was due is recorded as skipped. What is
 * under way goes on.
 */
export async function stopTask(
  core: Core,
  tx: TenantTx,
  task: Task,
  stop: { readonly state: Exclude<TaskState, "active">; readonly reason: Reason; readonly now: Date },
): Promise<void> {
  const cause =
    stop.state === "ended" ? { code: stop.reason.code, when: "when the task ended" } : droppedByPause;
  await recordDroppedOf(core, tx, task, { now: stop.now, cause });
  await setNextRun(tx, task.id, null);
  await updateState(tx, task.id, stop.state, stop.reason);
  announce(tx, { kind: "task", id: task.id });
}
