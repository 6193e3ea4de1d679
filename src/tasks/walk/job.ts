import { z } from "zod";
import { type Core, defineJob, type Job } from "../../engine/index.ts";
import { fireBatch } from "../audience/batch.ts";
import { placeBatch } from "../relative/batch.ts";
import { lockTask } from "../store.ts";
import { advanceWalk, deleteWalk, selectWalk } from "./store.ts";
import { walkJobId } from "./walk.ts";

/** Contacts in one transaction, for as long as which the task is locked: 110 to 140 ms on two busy cores. */
const batchSize = 500;

/** Goes through the contacts of a task's audience, batch by batch, and goes on where it was after a crash. */
export function walkJob(core: Core): Job {
  return defineJob({
    id: walkJobId,
    version: 1,
    payload: z.object({ walkId: z.uuid() }),
    handle: ({ walkId }, { workspaceId, signal }) =>
      core.db.background(async () => {
        while (await walkOn(core, workspaceId, walkId)) signal.throwIfAborted();
      }),
  });
}

/**
 * Deals with one batch, and says in the same transaction how far it came, so that no contact is dealt with twice and
 * none is passed over. False once there is nothing more to do, also if the walk was ended meanwhile.
 */
export async function walkOn(
  core: Core,
  workspaceId: string,
  walkId: string,
  size: number = batchSize,
): Promise<boolean> {
  return core.db.tenant(workspaceId, async (tx) => {
    const begun = await selectWalk(tx, walkId);
    if (begun === undefined) return false;
    // The task before its walk, as whoever ends the walks of a task does.
    const task = await lockTask(tx, begun.taskId);
    const walk = await selectWalk(tx, walkId, "for update");
    if (task === undefined || walk === undefined) return false;
    const deal = walk.purpose === "fire" ? fireBatch : placeBatch;
    const step = await deal(core, tx, { walk, task, size });
    if (step.isDone) await deleteWalk(tx, walkId);
    else await advanceWalk(tx, walkId, step);
    return !step.isDone;
  });
}
