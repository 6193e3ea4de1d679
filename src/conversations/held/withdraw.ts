import type { TenantTx } from "../../db/index.ts";
import { type Core, judgeAgain, type Reason } from "../../engine/index.ts";
import { announceConversation } from "../announce.ts";
import { lockConversations } from "../conversation-store.ts";
import { type HeldOf, selectConversationsWithHeld, withdrawRows } from "./held-store.ts";

const canceled: Reason = {
  code: "canceled",
  message: "What it belonged to was cancelled before it could be sent.",
};

/**
 * Takes back what is still held; what has gone out stays. An execution that had ended with such a message did not reach
 * anybody with it, which changes what it came to. Answers how many messages were withdrawn. Locks their conversations
 * and then their tasks, so call it before locking the task.
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
  await judgeAgain(
    core,
    tx,
    withdrawn.filter((id) => id !== null),
  );
  return withdrawn.length;
}
