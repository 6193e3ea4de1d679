import { withNewIds } from "../../base/ids.ts";
import { countContacts, matchContacts } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import {
  type ContactActivity,
  type Core,
  enqueueExecutions,
  type PlacedExecution,
  type Reason,
  readContactActivity,
} from "../../engine/index.ts";
import { selectReached } from "../goals/store.ts";
import { executionOfTask } from "../new-execution.ts";
import { replaceExecutions } from "../replace.ts";
import { withDefaultPolicies } from "../rules.ts";
import { jitterMs } from "../schedule/index.ts";
import { readNow } from "../store.ts";
import type { Task } from "../task.ts";
import type { Walk, WalkStep } from "../walk/walk.ts";
import { describeLeftOut, type FireTally, nothingFired, paceDelayMs, type Share, shareOut } from "./rules.ts";

interface Batch {
  readonly walk: Walk;
  /** Locked. */
  readonly task: Task;
  readonly size: number;
}

export interface FireStep extends WalkStep {
  readonly tally: FireTally;
  /** What was written, in order of the contacts. */
  readonly executions: readonly PlacedExecution[];
}

const supersededReason: Reason = {
  code: "superseded",
  message:
    "A later execution of this task for this contact took its place: the overlap policy is cancel_previous.",
};

/** Writes the executions of the next contacts of a run over an audience. */
export async function fireBatch(core: Core, tx: TenantTx, batch: Batch): Promise<FireStep> {
  const { walk, task } = batch;
  const found = await findContacts(tx, batch);
  const now = await readNow(tx);
  const { overlap } = withDefaultPolicies(task.policies);
  const { maxContactsPerRun } = walk.audience;
  const executions: PlacedExecution[] = [];
  const toCancel: string[] = [];
  let tally: FireTally = { ...nothingFired, ...(walk.tally as Partial<FireTally>) };
  let { afterContact } = walk;
  for (const contactId of found.ids) {
    if (tally.taken >= maxContactsPerRun) break;
    afterContact = contactId;
    const isOptedOut = found.optedOut.has(contactId);
    const isReached = found.reached.has(contactId);
    const activity = found.activity.get(contactId);
    const shared = shareOut(tally, { isOptedOut, isReached, overlap, activity });
    tally = shared.tally;
    const { share } = shared;
    if (share.kind === "nothing") continue;
    if (share.kind === "runs") toCancel.push(...share.cancel);
    executions.push({ ...executionOf(tx, batch), contactId, ...beginningOf(share, batch, contactId, now) });
  }
  const isFull = tally.taken >= maxContactsPerRun;
  const isDone = isFull || found.ids.length < batch.size;
  if (isDone) executions.push(...(await sayWhoWasLeftOut(tx, batch, tally)));
  // Before the new ones are there, which would be cancelled with them.
  if (toCancel.length > 0) await replaceExecutions(core, tx, { ids: toCancel }, supersededReason);
  const placed = withNewIds(executions);
  await enqueueExecutions(core, tx, placed);
  return { isDone, afterContact, tally, executions: placed };
}

function beginningOf(
  share: Exclude<Share, { readonly kind: "nothing" }>,
  { walk: { audience, startedAt, scheduledFor }, task: { schedule } }: Batch,
  contactId: string,
  now: Date,
): Partial<PlacedExecution> {
  if (share.kind === "skipped") return { skipped: share.reason };
  if (share.kind === "after_previous") return { afterPrevious: true };
  const pace = paceDelayMs({ pacePerMinute: audience.pacePerMinute, nth: share.nth, startedAt, now });
  if (schedule === null || scheduledFor === null) return { delayMs: pace };
  const startsAt = scheduledFor.getTime() + jitterMs(schedule, contactId, scheduledFor);
  return { delayMs: Math.max(pace, startsAt - now.getTime()) };
}

async function sayWhoWasLeftOut(
  tx: TenantTx,
  batch: Batch,
  tally: FireTally,
): Promise<readonly PlacedExecution[]> {
  const { walk } = batch;
  const { maxContactsPerRun } = walk.audience;
  const beyond = tally.taken >= maxContactsPerRun ? await countBeyond(tx, walk, tally) : 0;
  const leftOut = describeLeftOut(tally, { beyond, maxContactsPerRun });
  if (leftOut === undefined) return [];
  const at = walk.scheduledFor ?? walk.startedAt;
  const missed = { count: leftOut.count, first: at, last: at };
  return [{ ...executionOf(tx, batch), skipped: { ...leftOut.reason, missed } }];
}

interface Found {
  readonly ids: readonly string[];
  readonly optedOut: ReadonlySet<string>;
  /** For whom the task is over. */
  readonly reached: ReadonlySet<string>;
  readonly activity: ReadonlyMap<string, ContactActivity>;
}

async function findContacts(tx: TenantTx, { walk, task, size }: Batch): Promise<Found> {
  const { filter } = walk.audience;
  const page = { after: walk.afterContact ?? undefined, limit: size };
  const [ids, optedOut] = await Promise.all([
    matchContacts(tx, filter, page),
    matchContacts(tx, filter, { ...page, optedOut: true }),
  ]);
  const [reached, activity] = await Promise.all([
    selectReached(tx, task.id, ids),
    readContactActivity(tx, task.id, ids),
  ]);
  return { ids, optedOut: new Set(optedOut), reached, activity };
}

/** How many contacts match beyond those that this run came to; opted-out ones would get nothing anyway. */
async function countBeyond(tx: TenantTx, walk: Walk, tally: FireTally): Promise<number> {
  const all = await countContacts(tx, walk.audience.filter, { optedOut: false });
  return Math.max(0, all - tally.taken - tally.reached);
}

function executionOf(tx: TenantTx, { walk, task }: Batch): PlacedExecution {
  return {
    workspaceId: tx.workspaceId,
    ...executionOfTask(task),
    lane: "bulk",
    trigger: walk.trigger ?? "schedule",
    scheduledFor: walk.scheduledFor,
  };
}
