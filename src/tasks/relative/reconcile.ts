import { type Core, repeat, type Service } from "../../engine/index.ts";
import { lockTask } from "../store.ts";
import { beforeAllTasks, type TaskAt } from "../task.ts";
import { hasWalk } from "../walk/store.ts";
import { beginPlacing } from "./place.ts";
import { selectRelativeAudiences } from "./store.ts";

const everyMs = 60 * 60_000;
const batchSize = 100;

/**
 * Looks through the audiences of relative schedules again. Contacts that are changed get their due times at once; this
 * is for those that come to match because of what they are remembered for, or because time passes. Answers how many
 * audiences it began to look through.
 */
export async function reconcileRelative(core: Core): Promise<number> {
  let begun = 0;
  let after = beforeAllTasks;
  for (;;) {
    const tasks = await selectRelativeAudiences(core.db.autocommit, after, batchSize);
    for (const at of tasks) if (await lookThrough(core, at)) begun += 1;
    const last = tasks.at(-1);
    if (last === undefined || tasks.length < batchSize) return begun;
    after = last;
  }
}

async function lookThrough(core: Core, { workspaceId, taskId }: TaskAt): Promise<boolean> {
  return core.db.tenant(workspaceId, async (tx) => {
    const task = await lockTask(tx, taskId);
    if (task === undefined || task.audience === null || (await hasWalk(tx, taskId, "place"))) return false;
    await beginPlacing(core, tx, taskId, task.audience);
    return true;
  });
}

/** Looks through them once an hour. */
export function createRelativeReconciler(core: Core): Service {
  return {
    name: "relative schedule reconciler",
    role: "scheduler",
    start: async () =>
      repeat(core, { everyMs, what: "looking through audiences" }, async () => {
        await core.db.background(() => reconcileRelative(core));
      }),
  };
}
