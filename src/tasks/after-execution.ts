import type { TenantTx } from "../db/index.ts";
import { type Core, countActive, type Execution, releaseAfterPrevious } from "../engine/index.ts";
import { checkGoals } from "./goals/index.ts";
import { notifyAutoPaused, notifyRecovered } from "./notices.ts";
import { decideAfterExecution } from "./rules.ts";
import { stopTask } from "./stop.ts";
import { lockTask, readNow, updateLastOutcomes, updateLastRun } from "./store.ts";
import type { LastExecution, Task } from "./task.ts";
import { hasWalk } from "./walk/store.ts";

/**
 * Notes at a task that an execution of it has ended, in the transaction that ends it: the last run, failures in a
 * row and what follows from them, goals that end the task, the end of a schedule that has no further run. What waited
 * for the execution is queued.
 */
export async function afterExecution(core: Core, tx: TenantTx, execution: Execution): Promise<void> {
  if (execution.taskId === null) return;
  const task = await lockTask(tx, execution.taskId);
  if (task === undefined) return;
  const now = await readNow(tx);
  const { consecutiveFailures, recovered, change } = decideAfterExecution(task, execution, now);
  await updateLastRun(tx, task.id, {
    executionId: execution.id,
    startedAt: execution.startedAt,
    consecutiveFailures,
    recovering: task.recovering && !recovered,
    kept: keep(execution),
  });
  if (recovered) await notifyRecovered(core, tx, task);
  await releaseNext(core, tx, task);
  if (task.endWhen.length > 0 && task.state !== "ended" && (await checkGoals(core, tx, task, execution)))
    return;
  if (change === undefined) return;
  if (change.state === "ended" && task.audience !== null && (await hasOthers(tx, task.id))) return;
  await stopTask(core, tx, task, { ...change, now });
  if (change.state === "auto_paused") await notifyAutoPaused(core, tx, task, change.reason);
}

/**
 * The same for executions that are cancelled together, in order of id. What a task notes of one that is cancelled depends
 * on its trigger and on when it began, so of each trigger one stands for all.
 */
export async function afterCancellation(
  core: Core,
  tx: TenantTx,
  executions: readonly Execution[],
): Promise<void> {
  const groups = Map.groupBy(executions, ({ taskId, trigger }) => `${taskId} ${trigger}`);
  const stand = [...groups.values()].flatMap((group) => {
    const last = group.at(-1);
    const startedAt = group.findLast((execution) => execution.startedAt !== null)?.startedAt ?? null;
    return last === undefined ? [] : [{ ...last, startedAt }];
  });
  for (const execution of stand.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
    await afterExecution(core, tx, execution);
}

/**
 * Corrects what tasks keep of executions that came to something else after their end, as messages of theirs went out or
 * did not. A goal that is met only now ends the task.
 */
export async function afterJudgement(
  core: Core,
  tx: TenantTx,
  executions: readonly Execution[],
): Promise<void> {
  await updateLastOutcomes(tx, executions);
  for (const execution of executions) {
    if (execution.outcome !== "goal_met" || execution.taskId === null) continue;
    const task = await lockTask(tx, execution.taskId);
    if (task !== undefined) await checkGoals(core, tx, task, execution);
  }
}

/** The last run of an audience is over with the last of its contacts; the reconciler ends a task whose walk ends later. */
async function hasOthers(tx: TenantTx, taskId: string): Promise<boolean> {
  const [walks, active] = await Promise.all([
    hasWalk(tx, taskId, "fire"),
    countActive(tx, [{ workspaceId: tx.workspaceId, taskId }]),
  ]);
  return walks || active.has(taskId);
}

function keep({ status, outcome, completedAt, summary }: Execution): LastExecution {
  return { status, outcome, completedAt: completedAt?.toISOString() ?? null, summary };
}

/**
 * Lets the execution begin that waited for this one. Only tasks with policies of their own have any; the rare one that
 * waits although its task lost them is found by the reconciler.
 */
async function releaseNext(core: Core, tx: TenantTx, task: Task): Promise<void> {
  if (Object.keys(task.policies).length === 0) return;
  const released = await releaseAfterPrevious(tx, { workspaceId: tx.workspaceId, taskId: task.id });
  if (released > 0) tx.afterCommit(() => core.signals.notify("executions", ""));
}
