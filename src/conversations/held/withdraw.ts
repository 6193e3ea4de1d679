import type { TenantTx } from "../../db/index.ts";
import type { Core, Reason } from "../../engine/index.ts";
import { announceConversation } from "../announce.ts";
import { lockConversation } from "../conversation-store.ts";
import { type HeldOf, selectConversationsWithHeld, withdrawRows } from "./held-store.ts";

const canceled: Reason = {
  code: "canceled",
  message: "What it belonged to was cancelled before it could be sent.",
};

/**
 * Takes back what a task or an execution wants to say and is still held; what has gone out stays. Answers how many
 * messages were withdrawn. Locks their conversations, so call it before locking the task.
 */
export async function withdrawHeldMessages(
  core: Core,
  tx: TenantTx,
  of: HeldOf,
  reason: Reason = canceled,
): Promise<number> {
  let withdrawn = 0;
  for (const conversationId of await selectConversationsWithHeld(tx, of)) {
    await lockConversation(tx, conversationId);
    withdrawn += await withdrawRows(tx, conversationId, of, reason);
    announceConversation(core, tx, conversationId);
  }
  return withdrawn;
}
