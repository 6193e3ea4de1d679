import { toId } from "../base/ids.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, enqueueExecution, type Reason } from "../engine/index.ts";
import { notify } from "../notifications/index.ts";
import { announceConversation } from "./announce.ts";
import type { Conversation } from "./conversation.ts";
import { updateConversation } from "./conversation-store.ts";
import { replyKind } from "./reply.ts";

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
    kind: "conversation.waits_for_person",
    severity: "warning",
    title: "A conversation waits for a person",
    body: `${reason.message} Conversation ${toId("conversation", conversation.id)}.`,
    target: { kind: "conversation", id: conversation.id },
    dedupKey: `conversation.waits_for_person:${conversation.id}`,
  });
  if (conversation.controller === "none") return conversation;
  announceConversation(core, tx, conversation.id);
  return updateConversation(tx, conversation.id, { controller: "none" });
}

/** Records that a message of the contact started no turn, and why; the conversation then waits for a person. */
export async function skipTurn(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  reason: Reason,
): Promise<Conversation> {
  if (conversation.controller !== "none")
    await enqueueExecution(core, tx, {
      ...replyKind,
      contactId: conversation.contactId,
      conversationId: conversation.id,
      skipped: reason,
    });
  return waitForPerson(core, tx, conversation, reason);
}
