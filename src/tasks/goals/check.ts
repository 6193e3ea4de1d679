import { type Conversation, withdrawHeldMessages } from "../../conversations/index.ts";
import type { TenantTx } from "../../db/index.ts";
import {
  type Core,
  cancelExecutions,
  type Execution,
  listExecutions,
  type Reason,
  selectTasksIn,
} from "../../engine/index.ts";
import { stopTask } from "../stop.ts";
import { lockTask, readNow } from "../store.ts";
import type { Goal, Task } from "../task.ts";
import { describeGoal } from "./rules.ts";
import { insertReached, selectTasksEndedBy } from "./store.ts";

/**
 * Ends a locked task whose `endWhen` an execution has met, in the transaction that ends the execution; true if it did.
 * A task with an audience is over for that contact only.
 */
export async function checkGoals(
  core: Core,
  tx: TenantTx,
  task: Task,
  execution: Execution,
): Promise<boolean> {
  if (execution.outcome !== "goal_met") return false;
  return reachGoal(core, tx, task, { goal: "goal_met", contactId: execution.contactId });
}

/**
 * Ends the tasks that a contact's message, or the end of a conversation, ends: those that wrote in that conversation. The
 * conversation must be locked, as it comes before its tasks.
 */
export async function checkConversation(
  core: Core,
  tx: TenantTx,
  conversation: Pick<Conversation, "id" | "contactId">,
  goal: Goal,
): Promise<void> {
  const { contactId, id: conversationId } = conversation;
  const ended = await selectTasksEndedBy(tx, goal, contactId);
  if (ended.length === 0) return;
  const tookPart = await selectTasksIn(
    tx,
    conversationId,
    ended.map(({ id }) => id),
  );
  for (const { id: taskId, hasAudience } of ended.filter(({ id }) => tookPart.has(id))) {
    // What it still wants to say would come after the end. Before the task is locked, as conversations come first; over
    // an audience messages to the others are held as well.
    if (!hasAudience) await withdrawHeldMessages(core, tx, { taskId }, describeGoal(goal));
    const task = await lockTask(tx, taskId);
    if (task !== undefined) await reachGoal(core, tx, task, { goal, contactId });
  }
}

/** True if it ended the task. */
async function reachGoal(
  core: Core,
  tx: TenantTx,
  task: Task,
  reached: { readonly goal: Goal; readonly contactId: string | null },
): Promise<boolean> {
  const { goal, contactId } = reached;
  if (task.state === "ended" || !task.endWhen.includes(goal)) return false;
  const reason = describeGoal(goal);
  if (task.audience !== null) {
    if (contactId === null) return false;
    await insertReached(tx, { taskId: task.id, contactId, goal });
    await cancelUnstarted(core, tx, { taskId: task.id, contactId }, reason);
    return false;
  }
  await stopTask(core, tx, task, { state: "ended", reason, now: await readNow(tx) });
  await cancelUnstarted(core, tx, { taskId: task.id }, reason);
  return true;
}

const lookedAtOnce = 100;

/** What has begun goes on; what has not would write to somebody for whom the task is over. */
async function cancelUnstarted(
  core: Core,
  tx: TenantTx,
  of: { readonly taskId: string; readonly contactId?: string },
  reason: Reason,
): Promise<void> {
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = { limit: lookedAtOnce, cursor };
    const { items, nextCursor } = await listExecutions(tx, { ...of, status: ["queued", "waiting"] }, page);
    const ids = items.filter(({ startedAt }) => startedAt === null).map(({ id }) => id);
    if (ids.length > 0) await cancelExecutions(core, tx, { ids }, reason);
    cursor = nextCursor;
  }
}
