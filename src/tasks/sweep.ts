import { newId } from "../base/ids.ts";
import { type SystemTx, withSavepoint } from "../db/index.ts";
import {
  type Core,
  countActive,
  enqueueExecutions,
  type NewExecution,
  type Service,
} from "../engine/index.ts";
import { notifyScheduleFailed } from "./after-execution.ts";
import { type DueDecision, decideDue } from "./rules.ts";
import type { TickExecution } from "./schedule/index.ts";
import {
  followIndexes,
  type HeldSchedule,
  ownerOf,
  readNextDueMs,
  setNextRuns,
  takeDue,
} from "./schedule-store.ts";
import { type PlacedState, updateStates } from "./store.ts";
import { executionOfTick } from "./tick-execution.ts";
import { onWake } from "./wake.ts";

/** Large enough that the round trips do not count, small enough that rows are locked for some 20 ms only. */
const batchSize = 500;
/** While somebody waits for answers: a batch of 500 holds them up by 30 ms, one of 50 by less than 5. */
const smallBatchSize = 50;
/** With a backlog: one batch is decided here while the database writes another. Two busy cores: 8 300/s with one, 14 400 with two. */
const batchesAtOnce = 2;
const pollMs = 1_000;
/** When what is due is locked by somebody else, who will let go of it soon. */
const retryMs = 50;

export interface SweepResult {
  /** Schedules that were due. */
  readonly taken: number;
  /** Executions written, skipped ones included. */
  readonly written: number;
  /** True if there may be more. */
  readonly full: boolean;
}

/**
 * Takes one batch of due schedules, writes their executions and sets their next runs, all in one transaction. Any
 * number of processes may do it at once: rows that another one holds are passed over.
 */
export async function sweepOnce(core: Core, options: { readonly limit?: number } = {}): Promise<SweepResult> {
  const limit = options.limit ?? (core.db.isInDemand() ? smallBatchSize : batchSize);
  return core.db.system(async (tx) => {
    await followIndexes(tx);
    const due = await takeDue(tx, limit);
    if (due.length === 0) return { taken: 0, written: 0, full: false };
    const active = await countActive(
      tx,
      due.map((row) => ({ workspaceId: row.workspace_id, taskId: row.task_id })),
    );
    const decided = due.map((row) => {
      const at = { rule: row.rule, scheduledAt: row.anchor_at, dueAt: row.next_run_at ?? row.now };
      return { row, decision: decideDue(at, active.get(row.task_id) ?? 0, row.now) };
    });
    const executions = decided.flatMap(({ row, decision }) => placeExecutions(row, decision.executions));
    const written = await enqueueExecutions(core, tx, executions);
    await setNextRuns(
      tx,
      decided.map(({ row, decision }) => ({
        workspaceId: row.workspace_id,
        taskId: row.task_id,
        nextRunAt: decision.nextRunAt,
      })),
    );
    await changeStates(core, tx, decided, executions);
    return { taken: due.length, written: written.length, full: due.length === limit };
  });
}

interface PlacedTick extends NewExecution {
  readonly workspaceId: string;
  readonly id: string;
}

/** Lists show the newest id first, so a stretch of missed ticks gets a smaller one than the run after it. */
function placeExecutions(row: HeldSchedule, ticks: readonly TickExecution[]): readonly PlacedTick[] {
  const ids = ticks.map(() => newId()).sort();
  return ticks.flatMap((tick, at) => {
    const id = ids[at];
    return id === undefined ? [] : [placeExecution(row, tick, id)];
  });
}

function placeExecution(row: HeldSchedule, tick: TickExecution, id: string): PlacedTick {
  return { ...executionOfTick(ownerOf(row), tick), workspaceId: row.workspace_id, id };
}

/**
 * Writes the states that decisions of a batch bring with them; nearly every batch has none. A notification that fails
 * is logged: the batch would be taken and rolled back again for ever, and no schedule in it would fire.
 */
export async function changeStates(
  core: Core,
  tx: SystemTx,
  decided: readonly { readonly row: HeldSchedule; readonly decision: Pick<DueDecision, "change"> }[],
  executions: readonly { readonly id: string; readonly taskId?: string | null }[] = [],
): Promise<void> {
  const states = decided.flatMap(({ row, decision: { change } }): PlacedState[] => {
    if (change === undefined) return [];
    const last = executions.findLast(({ taskId }) => taskId === row.task_id);
    return [
      { workspaceId: row.workspace_id, taskId: row.task_id, ...change, lastExecutionId: last?.id ?? null },
    ];
  });
  await updateStates(tx, states);
  for (const { workspaceId, taskId, state, reason } of states) {
    if (state !== "paused") continue;
    await withSavepoint({ ...tx, workspaceId }, (part) =>
      notifyScheduleFailed(core, part, taskId, reason),
    ).catch((error: unknown) =>
      core.log.error({ err: error, task: taskId }, "nobody could be told that a schedule failed"),
    );
  }
}

/** Fires schedules: sleeps until the next one is due, at most a second, or until one is changed. */
export function createSweep(core: Core): Service {
  return { name: "schedule sweep", role: "scheduler", start: async () => startSweep(core) };
}

function startSweep(core: Core): () => Promise<void> {
  let stopped = false;
  let again = false;
  let current: Promise<void> | undefined;
  let cancel: () => void = () => undefined;

  async function pass(): Promise<void> {
    let waitMs = pollMs;
    try {
      waitMs = await core.db.background(() => sweepAll(core, () => stopped));
    } catch (error) {
      core.log.warn({ err: error }, "firing schedules failed");
    }
    if (!stopped) cancel = core.clock.after(again ? 0 : waitMs, run);
  }

  function run(): void {
    if (current !== undefined) {
      again = true;
      return;
    }
    cancel();
    again = false;
    current = pass().finally(() => {
      current = undefined;
    });
  }

  const unlisten = onWake(core, run);
  run();
  return async () => {
    stopped = true;
    unlisten();
    cancel();
    await current;
  };
}

/**
 * Fires everything that is due and answers how many milliseconds to sleep. When nothing is due that is one statement,
 * which reads one entry of an index.
 */
export async function sweepAll(core: Core, isStopped: () => boolean): Promise<number> {
  for (;;) {
    const dueInMs = await readNextDueMs(core.db.autocommit);
    if (dueInMs === null) return pollMs;
    if (dueInMs > 0) return Math.min(pollMs, Math.ceil(dueInMs));
    const taken = await sweepBatches(core, isStopped);
    if (isStopped()) return pollMs;
    if (taken === 0) return retryMs;
  }
}

/** Takes batches until one is not full; answers how many schedules were taken. */
async function sweepBatches(core: Core, isStopped: () => boolean): Promise<number> {
  const { taken, full } = await sweepOnce(core);
  if (!full) return taken;
  const backlog = Array.from({ length: batchesAtOnce }, async () => {
    let more = true;
    while (more && !isStopped()) more = (await sweepOnce(core)).full;
  });
  // Also when one of them fails the others are over before anybody is told.
  for (const end of await Promise.allSettled(backlog)) if (end.status === "rejected") throw end.reason;
  return taken;
}
