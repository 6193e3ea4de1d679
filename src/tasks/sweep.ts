import { withNewIds } from "../base/ids.ts";
import { type SystemTx, withSavepoint } from "../db/index.ts";
import {
  type ActiveCount,
  type Core,
  countActive,
  enqueueExecutions,
  type NewExecution,
  type Reason,
  repeatWhenDue,
  type Service,
} from "../engine/index.ts";
import { fireAudience } from "./audience/index.ts";
import { executionOfTick } from "./new-execution.ts";
import { notifyScheduleFailed } from "./notices.ts";
import { replaceExecutions } from "./replace.ts";
import { type DueDecision, decideDue, type PlannedTick } from "./rules.ts";
import {
  followIndexes,
  type HeldSchedule,
  ownerOf,
  readNextDueMs,
  setNextRuns,
  takeDue,
} from "./schedule-store.ts";
import { type PlacedState, updateStates } from "./store.ts";
import type { LastExecution } from "./task.ts";
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
    const decided = due.map((row) => ({ row, decision: decideRow(row, active.get(row.task_id)) }));
    const settled = await cancelPrevious(core, tx, decided);
    const executions = settled.flatMap(({ row, decision }) => placeExecutions(row, decision.executions));
    const written = await enqueueExecutions(core, tx, executions);
    await fireAudiences(core, tx, settled);
    await setNextRuns(
      tx,
      settled.map(({ row, decision: { nextRunAt, runsCount } }) => ({
        workspaceId: row.workspace_id,
        taskId: row.task_id,
        nextRunAt,
        runsCount,
      })),
    );
    await changeStates(core, tx, settled, executions);
    announceTasks(tx, settled);
    return { taken: due.length, written: written.length, full: due.length === limit };
  });
}

/** Tells that the next runs of these schedules' tasks, or their states, have changed. */
export function announceTasks(tx: SystemTx, decided: readonly { readonly row: HeldSchedule }[]): void {
  for (const { row } of decided)
    tx.announce({ workspaceId: row.workspace_id, kind: "task", id: row.task_id });
}

interface Decided {
  readonly row: HeldSchedule;
  readonly decision: DueDecision;
}

const noneActive: ActiveCount = { active: 0, pending: 0 };

/** Over an audience each contact has its own previous execution, so that none is in the way of all. */
function decideRow(row: HeldSchedule, counted: ActiveCount = noneActive): DueDecision {
  const { active, pending } = row.has_audience ? noneActive : counted;
  return decideDue(
    {
      taskId: row.task_id,
      rule: row.rule,
      policies: row.policies,
      scheduledAt: row.anchor_at,
      dueAt: row.next_run_at ?? row.now,
      runsCount: row.runs_count,
      expiresAt: row.expires_at,
      active: active - pending,
      pending,
    },
    row.now,
  );
}

const replaced: Reason = {
  code: "overlap",
  message: "The next run of the task was due, and its overlap policy is cancel_previous.",
};

/**
 * Cancels what tasks with that policy have under way. Where it cannot be cancelled the tick is skipped, so that two
 * runs are never side by side and the rest of the batch goes on.
 */
async function cancelPrevious(
  core: Core,
  tx: SystemTx,
  decided: readonly Decided[],
): Promise<readonly Decided[]> {
  const settled: Decided[] = [];
  for (const one of decided) {
    const { workspace_id: workspaceId, task_id: taskId } = one.row;
    const done =
      !one.decision.cancelPrevious ||
      (await withSavepoint({ ...tx, workspaceId }, (part) =>
        replaceExecutions(core, part, { taskId }, replaced),
      ).then(
        () => true,
        (error: unknown) => {
          core.log.error({ err: error, task: taskId }, "the run before the next one could not be cancelled");
          return false;
        },
      ));
    settled.push(done ? one : { ...one, decision: skipStarting(one) });
  }
  return settled;
}

function skipStarting({ row, decision }: Decided): DueDecision {
  const reason = {
    code: "overlap",
    message: "The run before this one could not be cancelled, and the overlap policy is cancel_previous.",
  };
  const executions = decision.executions.map((tick) =>
    tick.status === "skipped" ? tick : { ...tick, status: "skipped" as const, reason },
  );
  return { ...decision, executions, runsCount: row.runs_count };
}

/** Ticks over an audience begin a run that makes the executions. One that cannot begin is recorded as skipped. */
async function fireAudiences(core: Core, tx: SystemTx, decided: readonly Decided[]): Promise<void> {
  for (const { row, decision } of decided) {
    if (!row.has_audience) continue;
    const { workspace_id: workspaceId, task_id: taskId } = row;
    const starting = decision.executions.filter(({ status }) => status !== "skipped");
    const ticks = starting.map(({ trigger, scheduledFor }) => ({
      workspaceId,
      taskId,
      trigger,
      scheduledFor,
    }));
    await withSavepoint({ ...tx, workspaceId }, (part) => fireAudience(core, part, ticks)).catch(
      async (error: unknown) => {
        core.log.error({ err: error, task: taskId }, "a run over an audience could not begin");
        const skipped = starting.map((tick) => ({
          ...tick,
          status: "skipped" as const,
          reason: audienceFailed,
        }));
        await enqueueExecutions(core, tx, placeTicks(row, skipped));
      },
    );
  }
}

const audienceFailed: Reason = {
  code: "audience_failed",
  message: "The run over the task's audience could not begin, for a fault of ours; the log says which.",
};

interface PlacedTick extends NewExecution {
  readonly workspaceId: string;
  readonly id: string;
}

function placeExecutions(row: HeldSchedule, due: readonly PlannedTick[]): readonly PlacedTick[] {
  return placeTicks(row, row.has_audience ? due.filter(({ status }) => status === "skipped") : due);
}

/** Lists show the newest id first, so a stretch of missed ticks gets a smaller one than the run after it. */
function placeTicks(row: HeldSchedule, ticks: readonly PlannedTick[]): readonly PlacedTick[] {
  const owner = ownerOf(row);
  return withNewIds(
    ticks.map((tick) => ({ ...executionOfTick(owner, tick), workspaceId: row.workspace_id })),
  );
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
      {
        workspaceId: row.workspace_id,
        taskId: row.task_id,
        ...change,
        last: last === undefined ? null : { id: last.id, kept: keepSkipped(row.now) },
      },
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

/** A task whose state a tick changes had that tick skipped. */
function keepSkipped(now: Date): LastExecution {
  return { status: "skipped", outcome: "none", completedAt: now.toISOString(), summary: null };
}

/** Fires schedules: sleeps until the next one is due, at most a second, or until one is changed. */
export function createSweep(core: Core): Service {
  return { name: "schedule sweep", role: "scheduler", start: async () => startSweep(core) };
}

function startSweep(core: Core): () => Promise<void> {
  const loop = {
    what: "firing schedules",
    atMostEveryMs: pollMs,
    listen: (wake: () => void) => onWake(core, wake),
  };
  return repeatWhenDue(core, loop, (isStopped) => core.db.background(() => sweepAll(core, isStopped)));
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
