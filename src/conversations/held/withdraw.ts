import type { TenantTx } from "../../db/index.ts";
import type { Core, Reason } from "../../engine/index.ts";
import { announceConversation } from "../announce.ts";
import { lockConversations } from "../conversation-store.ts";
import { reportDeliveryFailure } from "./delivery-failed.ts";
import { type HeldOf, selectConversationsWithHeld, withdrawRows } from "./held-store.ts";

const canceled: Reason = {
  code: "canceled",
  message: "What it belonged to was cancelled before it could be sent.",
};

/**
 * Takes back what a task or an execution wants to say and is still held; what has gone out stays. An execution that had
 * ended with such a message did not reach anybody with it, so its outcome changes as after a failed delivery. Answers
 * how many messages were withdrawn. Locks their conversations, so call it before locking the task.
 */
export async function withdrawHeldMessages(
  core: Core,
  tx: TenantTx,
  of: HeldOf,
  reason: Reason = canceled,
): Promise<number> {
  const conversationIds = await selectConversationsWithHeld(tx, of);
  if (conversationIds.length === 0) return 0;
  await lockConversations(tx, conversationIds);
  const withdrawn = await withdrawRows(tx, conversationIds, of, reason);
  for (const conversationId of conversationIds) announceConversation(tx, conversationId);
  for (const executionId of new Set(withdrawn))
    if (executionId !== null) await reportDeliveryFailure(core, tx, { executionId, reason });
  return withdrawn.length;
}
