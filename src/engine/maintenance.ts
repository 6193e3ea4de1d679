import { findOverdue, promote, readClock, reap } from "./claim-store.ts";
import { createContact } from "./contact.ts";
import type { Core } from "./core.ts";
import { endInTransaction } from "./ending.ts";
import type { ExecutionResult } from "./execution.ts";
import { defaultLease, type LeaseTimings, maxDeaths } from "./lease.ts";
import type { Service } from "./module.ts";
import { type DueLoop, repeat, repeatWhenDue } from "./repeat.ts";
import { type ExecutionRow, toExecution } from "./rows.ts";

/** How long past its deadline a worker may take to stop an execution before somebody else ends it. */
const overdueGraceSeconds = 10;
const promoteAtLeastEveryMs = 1_000;

const crashLoop: ExecutionResult = {
  status: "failed",
  outcome: "none",
  reason: {
    code: "crash_loop",
    message: `It was given up ${maxDeaths} times in a row in the same step: its process died, or the database went away.`,
  },
};

const overdue: ExecutionResult = {
  status: "failed",
  outcome: "limit_reached",
  reason: {
    code: "max_time",
    message: "The execution ran for longer than its limit allows and its worker did not stop it.",
  },
};

async function endAll(core: Core, rows: readonly ExecutionRow[], result: ExecutionResult): Promise<void> {
  for (const row of rows) {
    const usage = toExecution(row);
    const { workspace_id: workspaceId, id, attempt } = row;
    // One that cannot be ended, for a fault in its kind, must not keep the others from it. It is tried again.
    await endInTransaction(core, { workspaceId, id, attempt, result, usage }).catch((error: unknown) =>
      core.log.error({ err: error, execution: id }, "an execution could not be ended"),
    );
  }
}

/**
 * One pass over what dead workers left behind, and over what runs past its deadline. Any process may make it, several
 * at once too. `mayReap` is asked with the database's time; if it says no, nobody is taken for dead in this pass.
 */
export async function recover(
  core: Core,
  lease: LeaseTimings = defaultLease,
  mayReap: (at: Date) => boolean = () => true,
): Promise<void> {
  const at = await readClock(core.db);
  if (mayReap(at)) await takeFromTheDead(core, at, lease);
  await endAll(core, await findOverdue(core.db, overdueGraceSeconds), overdue);
}

async function takeFromTheDead(core: Core, asOf: Date, lease: LeaseTimings): Promise<void> {
  const { requeued, crashLoops } = await reap(core.db, asOf, {
    maxDeaths,
    lapsesAfterMs: lease.lapsesAfterMs,
  });
  if (requeued > 0) {
    core.log.warn({ executions: requeued }, "executions of a dead worker went back to the queue");
    core.signals.notify("executions", "");
  }
  await endAll(core, crashLoops, crashLoop);
}

/**
 * Returns the executions of dead workers, ends those past their deadline, and queues those whose wait is over.
 * Runs in every process that works or schedules, so that none depends on a particular one.
 */
export function createMaintenance(
  core: Core,
  role: Service["role"],
  lease: LeaseTimings = defaultLease,
): Service {
  return {
    name: `maintenance (${role})`,
    role,
    async start() {
      const stopPromoter = startPromoter(core);
      const contact = createContact(lease.staleAfterMs);
      const stopReaper = repeat(core, { everyMs: lease.reapEveryMs, what: "recovering executions" }, () =>
        recover(core, lease, contact.reached),
      );
      return async () => {
        await Promise.all([stopPromoter(), stopReaper()]);
      };
    },
  };
}

/** Queues waiting executions at their time: it sleeps until the next one is due, or a new one is announced. */
function startPromoter(core: Core): () => Promise<void> {
  const loop: DueLoop = {
    what: "queueing due executions",
    atMostEveryMs: promoteAtLeastEveryMs,
    listen: (wake) =>
      core.signals.listen("executions", (payload) => {
        if (payload === "delayed" || payload === "") wake();
      }),
  };
  return repeatWhenDue(core, loop, async () => {
    const { lanes, nextInMs } = await promote(core.db);
    // By lane: a worker asks one after the other for every lane in which something may be queued.
    for (const lane of lanes) core.signals.notify("executions", lane);
    return Math.max(1, nextInMs ?? promoteAtLeastEveryMs);
  });
}
