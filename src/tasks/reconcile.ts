import {
  type Core,
  countActive,
  releaseAfterPrevious,
  repeat,
  type Service,
  selectReleasable,
} from "../engine/index.ts";
import { decideUnarmed } from "./rules.ts";
import { followIndexes, setNextRuns, takeUnarmed } from "./schedule-store.ts";
import { lockTask } from "./store.ts";
import { announceTasks, changeStates } from "./sweep.ts";
import { beforeAllTasks, type TaskAt } from "./task.ts";

const everyMs = 60_000;
const batchSize = 500;

/**
 * Gives every active task whose schedule has no next run one, or ends it if it has had its last. Commands and the
 * sweep leave none behind; this is for what nobody thought of, since a task that never runs again says nothing.
 * Answers how many it changed.
 */
export async function reconcileSchedules(core: Core): Promise<number> {
  let after: TaskAt | null = beforeAllTasks;
  let changed = 0;
  while (after !== null) {
    const batch = await reconcileBatch(core, after);
    changed += batch.changed;
    after = batch.next;
  }
  return changed;
}

function reconcileBatch(
  core: Core,
  after: TaskAt,
): Promise<{ readonly changed: number; readonly next: TaskAt | null }> {
  return core.db.system(async (tx) => {
    await followIndexes(tx);
    const rows = await takeUnarmed(tx, after, batchSize);
    const last = rows.at(-1);
    if (last === undefined) return { changed: 0, next: null };
    const active = await countActive(
      tx,
      rows.map((row) => ({ workspaceId: row.workspace_id, taskId: row.task_id })),
    );
    const decided = rows.flatMap((row) => {
      const unarmed = { rule: row.rule, scheduledAt: row.anchor_at, runsCount: row.runs_count };
      const decision = decideUnarmed(unarmed, active.get(row.task_id)?.active ?? 0, row.now);
      return decision === null ? [] : [{ row, decision }];
    });
    const rearmed = decided.flatMap(({ row, decision: { nextRunAt } }) =>
      nextRunAt === null
        ? []
        : [
            {
              workspaceId: row.workspace_id,
              taskId: row.task_id,
              nextRunAt,
              runsCount: row.runs_count,
            },
          ],
    );
    if (rearmed.length > 0) {
      core.log.warn({ tasks: rearmed.map(({ taskId }) => taskId) }, "active tasks had no next run");
      await setNextRuns(tx, rearmed);
    }
    await changeStates(core, tx, decided);
    announceTasks(tx, decided);
    const next = rows.length < batchSize ? null : { workspaceId: last.workspace_id, taskId: last.task_id };
    return { changed: decided.length, next };
  });
}

const releasedAtOnce = 500;

/**
 * Queues executions that wait for a predecessor that is gone, which happens if the policies changed while they waited.
 * Answers how many.
 */
export async function releaseForgotten(core: Core): Promise<number> {
  const tasks = await selectReleasable(core.db.autocommit, releasedAtOnce);
  let released = 0;
  for (const task of tasks) {
    released += await core.db.tenant(task.workspaceId, async (tx) => {
      await lockTask(tx, task.taskId);
      return releaseAfterPrevious(tx, task);
    });
  }
  if (released > 0) core.signals.notify("executions", "");
  return released;
}

/** Looks for tasks that lost their next run and executions that wait for nothing, every minute. */
export function createReconciler(core: Core): Service {
  return {
    name: "schedule reconciler",
    role: "scheduler",
    start: async () =>
      repeat(core, { everyMs, what: "reconciling schedules" }, async () => {
        await reconcileSchedules(core);
        await releaseForgotten(core);
      }),
  };
}
