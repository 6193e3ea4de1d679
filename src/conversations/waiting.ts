import { toId } from "../base/ids.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, enqueueExecution, listExecutions, type Reason } from "../engine/index.ts";
import { type NotificationKind, notify } from "../notifications/index.ts";
import { announceConversation } from "./announce.ts";
import type { Obstacle } from "./answering.ts";
import type { Conversation } from "./conversation.ts";
import { updateConversation } from "./conversation-store.ts";
import { selectOldestInboundBeyond } from "./message-store.ts";
import { replyKind } from "./reply.ts";

export const waitsForPerson: NotificationKind = {
  kind: "conversation.waits_for_person",
  title: "A conversation waits for a person",
  description: "A contact wrote and no agent answers.",
};

/**
 * No agent answers here: the conversation waits for a person, who is notified (once, until the notification is read).
 * The conversation must be locked.
 */
export async function waitForPerson(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  reason: Reason,
): Promise<Conversation> {
  await notify(core, tx, {
    kind: waitsForPerson,
    severity: "warning",
    title: "A conversation waits for a person",
    body: `${reason.message} Conversation ${toId("conversation", conversation.id)}.`,
    target: { kind: "conversation", id: conversation.id },
    dedupKey: `conversation.waits_for_person:${conversation.id}`,
  });
  if (conversation.controller === "none") return conversation;
  announceConversation(tx, conversation.id);
  return updateConversation(tx, conversation.id, { controller: "none" });
}

/**
 * Records why what the contact wrote starts no turn, as a skipped reply, and lets the conversation wait for a person
 * if one is needed. The conversation must be locked and hold unanswered messages.
 */
export async function leaveUnanswered(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  { reason, needsPerson }: Obstacle,
): Promise<Conversation> {
  if (!(await isRecorded(tx, conversation, reason)))
    await enqueueExecution(core, tx, {
      ...replyKind,
      contactId: conversation.contactId,
      conversationId: conversation.id,
      skipped: reason,
    });
  return needsPerson ? waitForPerson(core, tx, conversation, reason) : conversation;
}

/** One record for a stretch of messages and a reason: the tenth "hello?" says nothing that the first did not. */
async function isRecorded(tx: TenantTx, conversation: Conversation, reason: Reason): Promise<boolean> {
  const filter = { conversationId: conversation.id, kind: replyKind.kind };
  const [latest] = (await listExecutions(tx, filter, { limit: 1 })).items;
  if (latest === undefined || latest.reasonCode !== reason.code || latest.completedAt === null) return false;
  const oldest = await selectOldestInboundBeyond(tx, conversation.id, conversation.takenSeq);
  return oldest !== undefined && latest.completedAt >= oldest.createdAt;
}
