import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";
import { announceExecution, announceNow, changesBy } from "./announce.ts";
import { createBatcher } from "./batcher.ts";
import type { Core } from "./core.ts";
import type { EndedResult, Execution, ExecutionKind, ExecutionResult, Reason } from "./execution.ts";
import {
  type CancelTarget,
  type Ending,
  getExecution,
  getExecutions,
  markCanceled,
  markEnded,
  markJudged,
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
  await lockForEnd(core, tx, await selectActive(tx, where));
  const marked = await markCanceled(tx, where, reason);
  const canceled = (await judgeCanceled(core, tx, marked)).toSorted((one, other) =>
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

/**
 * What had been said before it was cancelled stays said. All of a kind at once: a run over an audience has thousands.
 * Their rows are locked, so that nothing they wrote is still under way.
 */
async function judgeCanceled(
  core: Core,
  tx: TenantTx,
  canceled: readonly Execution[],
): Promise<readonly Execution[]> {
  // One that never began has done nothing.
  const begun = canceled.filter(({ startedAt }) => startedAt !== null);
  const changed = new Map<string, Execution>();
  for (const [name, executions] of Map.groupBy(begun, ({ kind }) => kind)) {
    const results = executions.flatMap((execution) => toResult(execution) ?? []);
    const judgements = await findKind(core, name)?.judge?.(tx, results);
    if (judgements === undefined || judgements.size === 0) continue;
    for (const execution of await markJudged(tx, judgements)) changed.set(execution.id, execution);
  }
  return canceled.map((execution) => changed.get(execution.id) ?? execution);
}

/** Takes the locks that the ends of these executions need, once for all of a task. */
async function lockForEnd(core: Core, tx: TenantTx, executions: readonly Execution[]): Promise<void> {
  const locked = new Set<string>();
  for (const execution of executions) {
    const { kind, taskId, id } = execution;
    const of = `${kind} ${taskId ?? id}`;
    if (locked.has(of)) continue;
    locked.add(of);
    await findKind(core, kind)?.beforeEnd?.(tx, execution);
  }
}

async function tellOfCancelled(core: Core, tx: TenantTx, canceled: readonly Execution[]): Promise<void> {
  for (const [name, executions] of Map.groupBy(canceled, ({ kind }) => kind)) {
    const kind = findKind(core, name);
    if (kind?.canceledTogether !== undefined) await kind.canceledTogether(tx, executions);
    else for (const execution of executions) await kind?.ended?.(tx, execution);
  }
}

/**
 * Something has turned out for executions, whether they have ended or not: those that have are judged anew by their
 * kinds, in the caller's transaction. One that still runs is judged when it ends. Locks what their ends lock, so call it
 * where no later lock is held.
 */
export async function judgeAgain(core: Core, tx: TenantTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = (await getExecutions(tx, ids)).filter(
    ({ kind }) => findKind(core, kind)?.judge !== undefined,
  );
  await lockForEnd(core, tx, found.toSorted(byTask));
  // Read once more: as long as the locks are held none of them ends.
  const ended = (
    await getExecutions(
      tx,
      found.map(({ id }) => id),
    )
  ).flatMap((execution) => toResult(execution) ?? []);
  for (const [name, results] of Map.groupBy(ended, ({ kind }) => kind)) {
    const kind = findKind(core, name);
    const judgements = await kind?.judge?.(tx, results);
    if (judgements === undefined) continue;
    const changed = await markJudged(tx, judgements);
    await kind?.judged?.(tx, changed);
    for (const execution of changed) announceExecution(tx, execution);
  }
}

/** In the order in which tasks are locked. */
function byTask(one: Execution, other: Execution): number {
  const [first, second] = [one.taskId ?? one.id, other.taskId ?? other.id];
  return first < second ? -1 : Number(first > second);
}

/** What an execution came to; undefined for one that has not ended, or whose end leaves nothing to judge. */
function toResult(execution: Execution): (EndedResult & { readonly kind: string }) | undefined {
  const { id, kind, status, outcome, reasonCode: code, reasonMessage } = execution;
  if (outcome === null || (status !== "completed" && status !== "failed" && status !== "canceled"))
    return undefined;
  const reason = code === null ? undefined : { code, message: reasonMessage ?? code };
  return { id, kind, status, outcome, reason };
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
      if (kind?.ended === undefined && kind?.judge === undefined) {
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
      const kind = findKind(core, running.kind);
      await kind?.beforeEnd?.(tx, running);
      const [execution] = await markEnded(tx, [{ ...ending, result: await judgeNow(tx, kind, ending) }]);
      if (execution === undefined) return false;
      await kind?.ended?.(tx, execution);
      announceExecution(tx, execution);
      tx.afterCommit(() => countEnded(core.metrics, execution));
      return true;
    });
  // If a commit's answer was lost, the second try finds the execution ended and does nothing.
  return repeatWhileLost(core, () => true, end);
}

/**
 * The result as it is now: where it may have become another since the execution judged itself, and where it fell to
 * somebody who knows only that it failed, such as the engine after a crash.
 */
async function judgeNow(
  tx: TenantTx,
  kind: ExecutionKind | undefined,
  { id, result }: Ending,
): Promise<ExecutionResult> {
  const isJudged = result.status !== "failed" || result.outcome !== "none";
  if ((isJudged && result.provisional !== true) || kind?.judge === undefined) return result;
  const { status, summary } = result;
  const { outcome, reason } = (await kind.judge(tx, [{ ...result, id }])).get(id) ?? result;
  return {
    ...{ status, outcome },
    ...(reason === undefined ? {} : { reason }),
    ...(summary === undefined ? {} : { summary }),
  };
}
