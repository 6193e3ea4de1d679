import { newId } from "../../base/ids.ts";
import type { TenantTx } from "../../db/index.ts";
import {
  type ContactActivity,
  type Core,
  countActive,
  enqueueExecutions,
  listExecutions,
  type PlacedExecution,
  type Reason,
  readContactActivity,
  repeatWhenDue,
  type Service,
} from "../../engine/index.ts";
import { selectReached } from "../goals/store.ts";
import { executionOfTask } from "../new-execution.ts";
import { replaceExecutions } from "../replace.ts";
import { withDefaultPolicies } from "../rules.ts";
import { jitterMs } from "../schedule/index.ts";
import { lockTask, readNow, updateState } from "../store.ts";
import type { Task, TaskAt } from "../task.ts";
import { onWake } from "../wake.ts";
import { isAmong, skippedExecution } from "./place.ts";
import {
  asRelative,
  type DueFacts,
  type DueRunDecision,
  decideDueRun,
  type RelativeSchedule,
  runsUsedUp,
} from "./rules.ts";
import {
  addToRunsCount,
  type DueRun,
  deleteWaitingRuns,
  readNextDueMs,
  selectDueTasks,
  settleRuns,
  takeDueRuns,
} from "./store.ts";

/** Due times in one transaction, each of which costs some questions about its contact. */
const batchSize = 100;
const lookAhead = 1_000;
const pollMs = 1_000;
/** When what is due is held by somebody else or could not be fired. */
const retryMs = 500;
const mostActive = 100;

const superseded: Reason = {
  code: "superseded",
  message: "A later execution of this task took its place: the overlap policy is cancel_previous.",
};

/** Fires relative schedules: sleeps until the next contact's time comes, at most a second. */
export function createRelativeSweep(core: Core): Service {
  return {
    name: "relative schedules",
    role: "scheduler",
    start: async () =>
      repeatWhenDue(
        core,
        { what: "firing relative schedules", atMostEveryMs: pollMs, listen: (wake) => onWake(core, wake) },
        (isStopped) => core.db.background(() => sweepRelative(core, isStopped)),
      ),
  };
}

/** Fires all that is due and answers how many milliseconds to sleep. With nothing due that is one short statement. */
export async function sweepRelative(core: Core, isStopped: () => boolean): Promise<number> {
  for (;;) {
    const dueInMs = await readNextDueMs(core.db.autocommit);
    if (dueInMs === null) return pollMs;
    if (dueInMs > 0) return Math.min(pollMs, Math.ceil(dueInMs));
    let settled = 0;
    for (const at of await selectDueTasks(core.db.autocommit, lookAhead)) {
      if (isStopped()) return pollMs;
      settled += await fireDueOrLog(core, at);
    }
    if (settled === 0) return retryMs;
  }
}

/** A task that cannot be fired, for a fault of ours, must not keep the others from it. */
async function fireDueOrLog(core: Core, at: TaskAt): Promise<number> {
  try {
    return await fireDue(core, at);
  } catch (error) {
    core.log.error({ err: error, task: at.taskId }, "a relative schedule could not be fired");
    return 0;
  }
}

/**
 * Writes the executions of one task's due times, at most a batch, and settles them in the same transaction; answers how
 * many. Any number of processes may do it at once.
 */
export async function fireDue(core: Core, { workspaceId, taskId }: TaskAt): Promise<number> {
  return core.db.tenant(workspaceId, async (tx) => {
    const task = await lockTask(tx, taskId);
    if (task === undefined) return 0;
    const due = await takeDueRuns(tx, taskId, batchSize);
    if (due.length === 0) return 0;
    const rule = asRelative(task.schedule);
    if (rule === null) await deleteWaitingRuns(tx, taskId);
    else await fire(core, tx, { task, rule, due });
    return due.length;
  });
}

/**
 * Records as skipped what has come due while a locked task did not run by its schedule. Call it before the task does
 * so again: what no sweep had come to would fire at once.
 */
export async function settleBeforeResume(core: Core, tx: TenantTx, task: Task): Promise<void> {
  const rule = asRelative(task.schedule);
  if (rule === null) return;
  for (;;) {
    const due = await takeDueRuns(tx, task.id, batchSize);
    if (due.length === 0) return;
    await fire(core, tx, { task, rule, due });
  }
}

interface Firing {
  /** Locked. */
  readonly task: Task;
  readonly rule: RelativeSchedule;
  /** Locked. */
  readonly due: readonly DueRun[];
}

async function fire(core: Core, tx: TenantTx, { task, rule, due }: Firing): Promise<void> {
  const ids = due.map(({ contactId }) => contactId);
  const now = await readNow(tx);
  const policies = withDefaultPolicies(task.policies);
  const [standings, reached, activity] = await Promise.all([
    Promise.all(ids.map((id) => readStanding(tx, task, id))),
    selectReached(tx, task.id, ids),
    readActivity(tx, task, ids),
  ]);
  let runs = 0;
  const executions: PlacedExecution[] = [];
  const toCancel: string[] = [];
  for (const [at, run] of due.entries()) {
    const { contactId, dueAt } = run;
    const decision = decideDueRun({
      ...{ dueAt, now, policies, task },
      ...(standings[at] ?? leftAudience),
      isReached: reached.has(contactId),
      hasRunsLeft: rule.maxRuns === undefined || task.runsCount + runs < rule.maxRuns,
      activity: activity.get(contactId),
    });
    if (decision.kind === "runs") runs += 1;
    if (decision.kind === "runs" && decision.beginning.kind === "instead")
      toCancel.push(...decision.beginning.cancel);
    executions.push(place(tx, { task, rule, run, decision, now }));
  }
  if (toCancel.length > 0) await replaceExecutions(core, tx, { ids: toCancel }, superseded);
  await enqueueExecutions(core, tx, executions);
  await settleRuns(tx, task.id, due);
  if (runs > 0) await addToRunsCount(tx, task.id, runs);
  if (task.state === "active" && rule.maxRuns !== undefined && task.runsCount + runs >= rule.maxRuns) {
    await updateState(tx, task.id, "ended", runsUsedUp);
  }
}

type Standing = Pick<DueFacts, "isAmong" | "isOptedOut">;

const leftAudience: Standing = { isAmong: false, isOptedOut: false };

/** Whether a contact may get a run now. Nearly always it may, which one question tells. */
async function readStanding(tx: TenantTx, task: Task, contactId: string): Promise<Standing> {
  // Of a task with one contact the run finds out whether it may write, as with any other schedule.
  const mayGet = await isAmong(tx, task, contactId, { optedOut: false });
  if (mayGet) return { isAmong: true, isOptedOut: false };
  const isOptedOut = await isAmong(tx, task, contactId);
  return isOptedOut ? { isAmong: true, isOptedOut } : leftAudience;
}

async function readActivity(
  tx: TenantTx,
  task: Task,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, ContactActivity>> {
  if (task.audience !== null) return readContactActivity(tx, task.id, contactIds);
  const [counts, active] = await Promise.all([
    countActive(tx, [{ workspaceId: tx.workspaceId, taskId: task.id }]),
    listExecutions(tx, { taskId: task.id, status: ["queued", "running", "waiting"] }, { limit: mostActive }),
  ]);
  const count = counts.get(task.id);
  if (count === undefined) return new Map();
  const activity = { ids: active.items.map(({ id }) => id), hasPending: count.pending > 0 };
  return new Map(contactIds.map((id) => [id, activity]));
}

function place(
  tx: TenantTx,
  of: {
    readonly task: Task;
    readonly rule: RelativeSchedule;
    readonly run: DueRun;
    readonly decision: DueRunDecision;
    readonly now: Date;
  },
): PlacedExecution {
  const { task, rule, run, decision, now } = of;
  const { contactId, dueAt } = run;
  if (decision.kind === "skipped")
    return skippedExecution(tx, task, { contactId, scheduledFor: dueAt, reason: decision.reason });
  const { trigger, beginning } = decision;
  const startsAt = dueAt.getTime() + jitterMs(rule, contactId, dueAt);
  return {
    workspaceId: tx.workspaceId,
    id: newId(),
    ...executionOfTask(task),
    lane: task.audience === null ? "scheduled" : "bulk",
    trigger,
    contactId,
    scheduledFor: dueAt,
    ...(beginning.kind === "after_previous"
      ? { afterPrevious: true }
      : { delayMs: Math.max(0, startsAt - now.getTime()) }),
  };
}
