import { contribute } from "../base/extensions.ts";
import { channelDeleted, channelInUse } from "../channels/index.ts";
import { contactDeleted } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, cancelExecutions, type Module } from "../engine/index.ts";
import { hasConversations, releaseTurns } from "./conversation-store.ts";
import { conversationErrors } from "./errors.ts";
import { conversationRoutes } from "./http.ts";
import { createIdleClosing } from "./idle.ts";
import { messageMetrics } from "./metrics.ts";
import { webRoutes } from "./web-http.ts";

export type { Conversation } from "./conversation.ts";
export { lockConversation } from "./conversation-store.ts";
export {
  closeConversation,
  getConversation,
  handBack,
  listConversations,
  openConversation,
  resolveChannel,
} from "./conversations.ts";
export { gateFacts } from "./gate/facts.ts";
export { listMessages } from "./messages.ts";
export { receiveMessage } from "./receive.ts";
export { replyKind } from "./reply.ts";
export { sendMessage } from "./send.ts";
export { startSession } from "./sessions.ts";
export { endTurn, type Turn, type TurnMessage, takeTurn } from "./turns.ts";

/** What was said between contacts and the company, who speaks for it, and the gate every message passes. */
export function conversationsModule(core: Core): Module {
  const cancelTurns = async (tx: TenantTx, of: Parameters<typeof releaseTurns>[1], what: string) => {
    const ids = await releaseTurns(tx, of);
    const reason = { code: `${what}_deleted`, message: `The ${what} was deleted.` };
    if (ids.length > 0) await cancelExecutions(core, tx, { ids }, reason);
  };
  return {
    name: "conversations",
    errors: conversationErrors,
    metrics: messageMetrics,
    routes: [...conversationRoutes(core), ...webRoutes(core)],
    services: [createIdleClosing(core)],
    contributions: [
      contribute(contactDeleted, (tx, contactId) => cancelTurns(tx, { contactId }, "contact")),
      contribute(channelDeleted, (tx, channelId) => cancelTurns(tx, { channelId }, "channel")),
      contribute(channelInUse, hasConversations),
    ],
  };
}
