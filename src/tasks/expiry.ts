import { type Core, repeatWhenDue, type Service } from "../engine/index.ts";
import { expired } from "./rules.ts";
import { stopTask } from "./stop.ts";
import { lockTask, readNextExpiryMs, readNow, selectExpired } from "./store.ts";
import type { TaskAt } from "./task.ts";
import { onWake } from "./wake.ts";

const pollMs = 1_000;
const atOnce = 100;

/**
 * Ends the tasks whose `expiresAt` has come; what they have under way goes on. Answers how many. One that cannot be
 * ended is logged and does not keep the others from it.
 */
export async function expireTasks(core: Core): Promise<number> {
  let total = 0;
  for (;;) {
    let ended = 0;
    const due = await selectExpired(core.db.autocommit, atOnce);
    for (const at of due) {
      const done = await expireTask(core, at).catch((error: unknown) => {
        core.log.error({ err: error, task: at.taskId }, "a task that expired could not be ended");
        return false;
      });
      if (done) ended += 1;
    }
    total += ended;
    if (due.length < atOnce || ended === 0) return total;
  }
}

/** False if it was changed or ended meanwhile. */
function expireTask(core: Core, { workspaceId, taskId }: TaskAt): Promise<boolean> {
  return core.db.tenant(workspaceId, async (tx) => {
    const task = await lockTask(tx, taskId);
    const now = await readNow(tx);
    if (task === undefined || task.state === "ended") return false;
    if (task.expiresAt === null || task.expiresAt > now) return false;
    await stopTask(core, tx, task, { state: "ended", reason: expired, now });
    return true;
  });
}

/** Ends tasks at their `expiresAt`: sleeps until the next one, at most a second. */
export function createExpiry(core: Core): Service {
  const loop = {
    what: "ending tasks that expired",
    atMostEveryMs: pollMs,
    listen: (wake: () => void) => onWake(core, wake),
  };
  return {
    name: "task expiry",
    role: "scheduler",
    start: async () =>
      repeatWhenDue(core, loop, async () => {
        const dueInMs = await readNextExpiryMs(core.db.autocommit);
        if (dueInMs === null) return pollMs;
        if (dueInMs > 0) return Math.ceil(dueInMs);
        const ended = await core.db.background(() => expireTasks(core));
        return ended > 0 ? 0 : pollMs;
      }),
  };
}
