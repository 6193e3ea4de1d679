import { newId } from "../base/ids.ts";
import type { TenantTx, Tx } from "../db/index.ts";
import { announceExecution } from "./announce.ts";
import type { Core } from "./core.ts";
import type { Lane, NewExecution } from "./execution.ts";
import { insertExecutions, type PlacedExecution } from "./execution-store.ts";
import { countSkipped } from "./metrics.ts";
import { traceQueued } from "./trace.ts";

/** Queues an execution in the caller's transaction and answers its id. Workers hear of it after the commit. */
export async function enqueueExecution(core: Core, tx: TenantTx, execution: NewExecution): Promise<string> {
  const id = execution.id ?? newId();
  await insertExecutions(tx, [{ ...execution, id, workspaceId: tx.workspaceId }]);
  announceExecution(tx, { ...execution, id, workspaceId: tx.workspaceId });
  tx.afterCommit(() => callWorkers(core, [execution]));
  if (core.tracer !== undefined) traceQueued(core.tracer, id);
  return id;
}

/**
 * Queues executions of many workspaces in a system transaction, as the sweep does; answers the ids written. Ticks
 * that another sweep has written already are left out.
 */
export async function enqueueExecutions(
  core: Core,
  tx: Tx,
  executions: readonly PlacedExecution[],
): Promise<readonly string[]> {
  if (executions.length === 0) return [];
  const ids = await insertExecutions(tx, executions);
  const queued = written(executions, ids);
  for (const execution of queued) announceExecution(tx, execution);
  tx.afterCommit(() => callWorkers(core, queued));
  return ids;
}

function written(executions: readonly PlacedExecution[], ids: readonly string[]): readonly PlacedExecution[] {
  if (ids.length === executions.length) return executions;
  const found = new Set(ids);
  return executions.filter(({ id }) => id === undefined || found.has(id));
}

function callWorkers(core: Core, executions: readonly NewExecution[]): void {
  const due: NewExecution[] = [];
  for (const execution of executions) {
    if (execution.skipped !== undefined) countSkipped(core.metrics, execution);
    else if (execution.afterPrevious !== true) due.push(execution);
  }
  const queued = new Set<Lane>(
    due.filter((execution) => (execution.delayMs ?? 0) <= 0).map((execution) => execution.lane),
  );
  for (const lane of queued) core.signals.notify("executions", lane);
  if (due.some((execution) => (execution.delayMs ?? 0) > 0)) core.signals.notify("executions", "delayed");
}
