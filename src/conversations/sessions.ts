import type { TenantTx } from "../db/index.ts";
import { type Core, cancelExecutions, type Reason } from "../engine/index.ts";
import { announceConversation } from "./announce.ts";
import type { SessionKind } from "./conversation.ts";
import { lockConversation, lockConversations } from "./conversation-store.ts";
import {
  endSessionRow,
  endSessionRowsOf,
  insertSession,
  selectConversationsAnswering,
  selectConversationsOfTask,
  selectLatestStart,
  selectLiveSession,
} from "./session-store.ts";
import { arrangeAnswer } from "./turns.ts";

/**
 * From now on `agentId` goes on answering for `seconds`, by the database's clock, beginning with what the contact wrote
 * and nobody could answer; call it in the transaction that sends the message. The session before it ends `superseded`.
 * 0 seconds: this task does not answer, another one's session goes on. Does nothing if the conversation is gone or
 * closed.
 */
export async function startSession(
  core: Core,
  tx: TenantTx,
  session: {
    readonly conversationId: string;
    readonly kind: SessionKind;
    readonly agentId: string;
    readonly taskId: string | null;
    readonly executionId: string | null;
    readonly seconds: number;
  },
): Promise<void> {
  const conversation = await lockConversation(tx, session.conversationId);
  if (conversation === undefined || conversation.status === "closed") return;
  if (session.seconds === 0) {
    if (session.taskId !== null)
      await endSessionRow(tx, conversation.id, "superseded", { taskId: session.taskId });
    return;
  }
  await endSessionRow(tx, conversation.id, "superseded");
  await insertSession(tx, session);
  announceConversation(tx, conversation.id);
  await arrangeAnswer(core, tx, conversation);
}

/** When a task last began to answer in a conversation, which is when its message was sent; undefined if never. */
export function findSessionStart(
  tx: TenantTx,
  of: { readonly conversationId: string; readonly taskId: string },
): Promise<Date | undefined> {
  return selectLatestStart(tx, of);
}

/** Ends the sessions of a task that is no more; what its agent was to answer goes to whoever may answer now. */
export async function endSessionsOfTask(tx: TenantTx, taskId: string): Promise<void> {
  const ids = await selectConversationsOfTask(tx, taskId);
  if (ids.length === 0) return;
  await lockConversations(tx, ids);
  await endSessionRowsOf(tx, ids, taskId, "ended");
  for (const conversationId of ids) announceConversation(tx, conversationId);
}

/** Cancels the replies that are given, or about to be, on a task's behalf. The sessions go on. */
export async function cancelRepliesOfTask(
  core: Core,
  tx: TenantTx,
  taskId: string,
  reason: Reason,
): Promise<void> {
  const ids: string[] = [];
  // Only where there is something to cancel: a run over an audience leaves a session with every contact.
  for (const conversationId of await selectConversationsAnswering(tx, taskId)) {
    const turn = (await lockConversation(tx, conversationId))?.turnExecutionId ?? null;
    const session = await selectLiveSession(tx, conversationId);
    if (turn !== null && session?.taskId === taskId) ids.push(turn);
  }
  if (ids.length > 0) await cancelExecutions(core, tx, { ids }, reason);
}
