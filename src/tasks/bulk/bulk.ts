import { AppError } from "../../base/errors.ts";
import { toId } from "../../base/ids.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import type { Origin } from "../../workspaces/index.ts";
import { cancelTask, pauseTask, resumeTask } from "../control.ts";
import type { TaskState } from "../task.ts";
import { deleteTask } from "../tasks.ts";

export const bulkActions = ["pause", "resume", "cancel", "delete"] as const;

/** One change of several tasks. Ids are UUIDs. */
export interface BulkChange {
  readonly action: (typeof bulkActions)[number];
  readonly ids: readonly string[];
  /** Why they are paused. */
  readonly note?: string | undefined;
}

/** What became of one of the tasks. */
export type BulkResult =
  /** `state`: after the change; null if the task was deleted. */
  | { readonly id: string; readonly ok: true; readonly state: TaskState | null }
  | {
      readonly id: string;
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string };
    };

/**
 * Does to each of these tasks what its own route would do, one after the other, each in a transaction of its own: what is
 * refused for one keeps none of the others from it.
 */
export async function changeTasks(
  core: Core,
  workspaceId: string,
  change: BulkChange,
  origin: Origin,
): Promise<readonly BulkResult[]> {
  const results: BulkResult[] = [];
  for (const id of change.ids) {
    try {
      const state = await core.db.tenant(workspaceId, (tx) => changeTask(core, tx, id, change, origin));
      results.push({ id, ok: true, state });
    } catch (error) {
      // While nothing is done yet, a fault of ours is answered as every route answers it.
      if (!(error instanceof AppError) && results.length === 0) throw error;
      results.push({ id, ok: false, error: describeFault(core, id, error) });
    }
  }
  return results;
}

async function changeTask(
  core: Core,
  tx: TenantTx,
  id: string,
  { action, note }: BulkChange,
  origin: Origin,
): Promise<TaskState | null> {
  switch (action) {
    case "pause":
      return (await pauseTask(core, tx, id, note, origin)).state;
    case "resume":
      return (await resumeTask(core, tx, id, origin)).state;
    case "cancel":
      return (await cancelTask(core, tx, id, origin)).state;
    case "delete":
      await deleteTask(core, tx, id, origin);
      return null;
  }
}

function describeFault(core: Core, id: string, error: unknown): { code: string; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  core.log.error({ err: error, task: toId("task", id) }, "a task of several could not be changed");
  return {
    code: "internal_error",
    message: "Something went wrong on our side. Read the task to see whether it was changed, and try again.",
  };
}
