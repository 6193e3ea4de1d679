import { z } from "zod";
import type { SystemTx, TenantTx } from "../db/index.ts";
import type { Core } from "./core.ts";
import { defineJob, type Job } from "./jobs.ts";
import type { Service } from "./module.ts";
import {
  type Bite,
  deleteExecutionsOfTask,
  deleteTaken,
  hasLongJournals,
  type Retention,
  type Taken,
  takeOfTask,
  takeOld,
} from "./removal-store.ts";
import { repeat } from "./repeat.ts";

const retentionEveryMs = 10 * 60_000;

/**
 * Small enough for any disk: a step may hold a megabyte, which PostgreSQL keeps in hundreds of pieces. 500 executions of
 * 7 000 steps, which were one statement of 17.7 s, go in 1 750 of these.
 */
const bite: Bite = { executions: 500, steps: 2_000, payloads: 50 };

/** A task with no more executions and steps than this is deleted with them; else the rest is left to a job. */
const mostAtOnce = 1_000;

/** Workspaces in one statement. */
const workspacesAtOnce = 1_000;

/**
 * Deletes executions that ended longer ago than their workspace keeps them, in small bites so that nothing waits behind
 * it and each is done in any case.
 */
export function createRetention(core: Core, listRetention: () => Promise<readonly Retention[]>): Service {
  return {
    name: "execution retention",
    role: "scheduler",
    async start() {
      const stopping = new AbortController();
      const stop = repeat(core, { everyMs: retentionEveryMs, what: "deleting old executions" }, async () => {
        const all = await listRetention();
        for (let at = 0; at < all.length; at += workspacesAtOnce) {
          const some = all.slice(at, at + workspacesAtOnce);
          const taking = (tx: SystemTx) => takeOld(tx, some, bite.executions);
          await removeAll(core, taking, () => stopping.signal.aborted);
        }
      });
      return () => {
        stopping.abort();
        return stop();
      };
    },
  };
}

/** Bite by bite, until there is nothing left to take or it is stopped. */
async function removeAll(
  core: Core,
  take: (tx: SystemTx) => Promise<readonly Taken[]>,
  isStopped: () => boolean,
): Promise<void> {
  const removeSome = () =>
    core.db.system(async (tx) => {
      const taken = await take(tx);
      if (taken.length > 0) await deleteTaken(tx, taken, bite);
      return taken.length;
    });
  while (!isStopped()) if ((await core.db.background(removeSome)) === 0) return;
}

const jobId = "engine.remove_executions_of_task";

/**
 * Deletes a task's executions with their journals: at once if they are few, else a job does it after the commit. Call it
 * where nothing can make another execution of the task, and none of them is under way.
 */
export async function removeExecutionsOfTask(core: Core, tx: TenantTx, taskId: string): Promise<void> {
  if (await hasLongJournals(tx, taskId, mostAtOnce)) await core.jobs.send(tx, jobId, { taskId });
  else await deleteExecutionsOfTask(tx, taskId);
}

/** Deletes what a deleted task has left, and goes on where it was after a crash. */
export function removeExecutionsJob(core: Core): Job {
  return defineJob({
    id: jobId,
    version: 1,
    payload: z.object({ taskId: z.uuid() }),
    async handle({ taskId }, { workspaceId, signal }) {
      const taking = (tx: SystemTx) => takeOfTask(tx, { workspaceId, taskId }, bite.executions);
      await removeAll(core, taking, () => {
        signal.throwIfAborted();
        return false;
      });
    },
  });
}
