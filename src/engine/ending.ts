import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";
import { announceExecution, announceNow, changesBy } from "./announce.ts";
import { createBatcher } from "./batcher.ts";
import type { Core } from "./core.ts";
import type { Execution, ExecutionKind, Reason } from "./execution.ts";
import {
  type CancelTarget,
  type Ending,
  getExecution,
  markCanceled,
  markDeliveryFailed,
  markEnded,
  selectActive,
} from "./execution-store.ts";
import { countEnded } from "./metrics.ts";
import { repeatWhileLost } from "./persist.ts";

/** Every module's kinds; `main` contributes them. */
export const executionKinds = extensionPoint<ExecutionKind>("executionKinds");

/** The kind of a stored execution, or undefined if this version of the program does not know it. */
export function findKind(core: Core, name: string): ExecutionKind | undefined {
  return core.extensions.of(executionKinds).find((kind) => kind.name === name);
}

/**
 * Cancels what is still queued, running or waiting, in the caller's transaction; answers those executions. Workers
 * hear of it after the commit. What has ended already stays as it is.
 */
export async function cancelExecutions(
  core: Core,
  tx: TenantTx,
  where: CancelTarget,
  reason: Reason,
): Promise<readonly Execution[]> {
  const locked = new Set<string>();
  for (const execution of await selectActive(tx, where)) {
    const { kind, taskId, id } = execution;
    const of = `${kind} ${taskId ?? id}`;
    if (locked.has(of)) continue;
    locked.add(of);
    await findKind(core, kind)?.beforeEnd?.(tx, execution);
  }
  const canceled = (await markCanceled(tx, where, reason)).toSorted((one, other) =>
    one.id < other.id ? -1 : 1,
  );
  await tellOfCancelled(core, tx, canceled);
  for (const execution of canceled) {
    announceExecution(tx, execution);
    tx.afterCommit(() => {
      core.signals.notify("cancel", execution.id);
      countEnded(core.metrics, execution);
    });
  }
  return canceled;
}

async function tellOfCancelled(core: Core, tx: TenantTx, canceled: readonly Execution[]): Promise<void> {
  for (const [name, executions] of Map.groupBy(canceled, ({ kind }) => kind)) {
    const kind = findKind(core, name);
    if (kind?.canceledTogether !== undefined) await kind.canceledTogether(tx, executions);
    else for (const execution of executions) await kind?.ended?.(tx, execution);
  }
}

/**
 * A message that an execution had sent, as far as it knew, never went out for good: its outcome becomes
 * `delivery_failed`. `active`: it still runs, so ask again later; `kept`: there is nothing to change.
 */
export async function recordDeliveryFailure(
  core: Core,
  tx: TenantTx,
  id: string,
  reason: Reason,
): Promise<"changed" | "active" | "kept"> {
  const execution = await getExecution(tx, id);
  if (execution === undefined) return "kept";
  const kind = findKind(core, execution.kind);
  await kind?.beforeEnd?.(tx, execution);
  const result = await markDeliveryFailed(tx, id, reason);
  if (result === "changed") {
    await kind?.deliveryFailed?.(tx, execution);
    announceExecution(tx, execution);
  }
  return result;
}

export interface Finisher {
  /** Ends a running execution; false if it was no longer this attempt's to end. */
  end(execution: Execution, ending: Ending): Promise<boolean>;
}

const maxEndings = 500;

/** Kinds with something to do at the end get a transaction of their own; the others are ended in groups. */
export function createFinisher(core: Core): Finisher {
  const ended = new WeakSet<Ending>();
  const batcher = createBatcher<Ending>({
    clock: core.clock,
    maxItems: maxEndings,
    maxBytes: 1_000_000,
    sizeOf: (ending) => 200 + (ending.result.summary?.length ?? 0),
    async flush(endings) {
      try {
        await write(endings);
        return [];
      } catch (error) {
        if (endings.length === 1) throw error;
        // One bad row must not keep the others from ending.
        core.log.warn(
          { err: error, rows: endings.length },
          "a batch of endings failed and goes out row by row",
        );
        const results: (Error | undefined)[] = [];
        for (const ending of endings) results.push(await write([ending]).then(() => undefined, toError));
        return results;
      }
    },
  });

  async function write(endings: readonly Ending[]): Promise<void> {
    const written = await repeatWhileLost(
      core,
      () => true,
      () => markEnded(core.db.autocommit, endings),
    );
    for (const execution of written) countEnded(core.metrics, execution);
    const done = new Set(written.map((execution) => `${execution.id}:${execution.attempt}`));
    for (const ending of endings) if (done.has(`${ending.id}:${ending.attempt}`)) ended.add(ending);
  }

  return {
    async end(execution, ending) {
      const kind = findKind(core, execution.kind);
      if (kind?.ended === undefined) {
        await batcher.add(ending);
        if (ended.has(ending)) announceNow(core, ...changesBy(execution));
        return ended.has(ending);
      }
      return endInTransaction(core, ending);
    },
  };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Ends one execution with what its kind does at the end. False if it is no longer running in that attempt. */
export async function endInTransaction(core: Core, ending: Ending): Promise<boolean> {
  const end = () =>
    core.db.tenant(ending.workspaceId, async (tx) => {
      const running = await getExecution(tx, ending.id);
      if (running === undefined) return false;
      await findKind(core, running.kind)?.beforeEnd?.(tx, running);
      const [execution] = await markEnded(tx, [ending]);
      if (execution === undefined) return false;
      await findKind(core, execution.kind)?.ended?.(tx, execution);
      announceExecution(tx, execution);
      tx.afterCommit(() => countEnded(core.metrics, execution));
      return true;
    });
  // If a commit's answer was lost, the second try finds the execution ended and does nothing.
  return repeatWhileLost(core, () => true, end);
}
