import { requireRow } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { TenantTx, Tx } from "../../db/index.ts";
import type { Core, PlacedExecution, Trigger } from "../../engine/index.ts";
import { lockTask, readNow } from "../store.ts";
import type { Task } from "../task.ts";
import { sendWalk } from "../walk/begin.ts";
import { advanceWalk, deleteWalk, deleteWalksOf, insertWalk, insertWalksOfTicks } from "../walk/store.ts";
import type { Walk } from "../walk/walk.ts";
import { type FireStep, fireBatch } from "./batch.ts";
import { nothingFired } from "./rules.ts";

/** A tick of a task with an audience. Ids are UUIDs. */
export interface AudienceTick {
  readonly workspaceId: string;
  readonly taskId: string;
  readonly trigger: Trigger;
  readonly scheduledFor: Date | null;
}

/**
 * Begins a run over the audience of each tick's task: a durable job writes one execution for each contact that
 * matches. Call it in the transaction that moves the schedule on, the system's or a workspace's.
 */
export async function fireAudience(core: Core, tx: Tx, ticks: readonly AudienceTick[]): Promise<void> {
  if (ticks.length === 0) return;
  const walks = ticks.map((tick) => ({ ...tick, id: newId() }));
  const made = await insertWalksOfTicks(tx, walks);
  for (const { id, workspaceId } of walks) if (made.has(id)) await sendWalk(core, { ...tx, workspaceId }, id);
}

const firstBatch = 50;

/**
 * Runs a locked task with an audience now: the first contacts' executions at once, the others by a durable job. Answers
 * the id of the first contact's execution, or of a skipped one that says why if no contact gets any.
 */
export async function triggerAudience(
  core: Core,
  tx: TenantTx,
  task: Task,
  trigger: Trigger,
): Promise<string> {
  const audience = requireRow(task.audience, "triggering a task with an audience");
  const startedAt = await readNow(tx);
  let walk: Walk = {
    id: newId(),
    taskId: task.id,
    purpose: "fire",
    trigger,
    scheduledFor: null,
    audience,
    afterContact: null,
    tally: nothingFired,
    startedAt,
  };
  await insertWalk(tx, walk);
  const written: PlacedExecution[] = [];
  let step: FireStep;
  do {
    step = await fireBatch(core, tx, { walk, task, size: firstBatch });
    written.push(...step.executions);
    walk = { ...walk, afterContact: step.afterContact, tally: step.tally };
  } while (!step.isDone && written.length === 0);
  const first = written.find(({ skipped }) => skipped === undefined) ?? written[0];
  const executionId = requireRow(first?.id, "triggering for an audience");
  if (step.isDone) {
    await deleteWalk(tx, walk.id);
    return executionId;
  }
  await advanceWalk(tx, walk.id, step);
  await sendWalk(core, tx, walk.id);
  return executionId;
}

/** Stops the runs over a task's audience that have not ended: no further contact gets an execution from them. */
export async function cancelAudience(tx: TenantTx, taskId: string): Promise<void> {
  // In the order in which a run's job takes them.
  await lockTask(tx, taskId);
  await deleteWalksOf(tx, taskId, "fire");
}
