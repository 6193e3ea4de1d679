import { contribute } from "../base/extensions.ts";
import { channelChanged, channelDeleted, channelInUse } from "../channels/index.ts";
import { contactDeleted } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import {
  announce,
  type Core,
  cancelExecutions,
  deleteExecutionsOfConversations,
  type Module,
} from "../engine/index.ts";
import { notificationKinds } from "../notifications/index.ts";
import { workspaceUnfrozen } from "../workspaces/index.ts";
import { answerWaiting, answerWaitingJob } from "./answer-waiting.ts";
import { hasConversations, type PartyOf, releaseTurns, selectIdsOf } from "./conversation-store.ts";
import { conversationErrors } from "./errors.ts";
import { createHeldService } from "./held/service.ts";
import { withdrawHeldMessages } from "./held/withdraw.ts";
import { withdrawHeldJob } from "./held/withdraw-later.ts";
import { conversationRoutes } from "./http.ts";
import { createIdleClosing } from "./idle.ts";
import { messageMetrics } from "./metrics.ts";
import { playRoutes } from "./play-http.ts";
import { replyKind } from "./reply.ts";
import { waitsForPerson } from "./waiting.ts";
import { webRoutes } from "./web-http.ts";

export { answerWaiting } from "./answer-waiting.ts";
export type { Conversation } from "./conversation.ts";
export { hasConversationsOfOthers, lockConversation } from "./conversation-store.ts";
export {
  closeConversation,
  getConversation,
  handBack,
  listConversations,
  openConversation,
  resolveChannel,
} from "./conversations.ts";
export { conversationClosed, messageReceived } from "./extension-points.ts";
export { gateFacts } from "./gate/facts.ts";
export { selectHeldOfContact } from "./held/held-store.ts";
export { withdrawHeldMessages } from "./held/withdraw.ts";
export { withdrawHeldLater } from "./held/withdraw-later.ts";
export { listMessages } from "./messages.ts";
export { receiveMessage } from "./receive.ts";
export { replyKind } from "./reply.ts";
export { longestTranscript } from "./rules.ts";
export { sendMessage } from "./send.ts";
export { countSentOf, countSentTo, selectFates } from "./sent-store.ts";
export { cancelRepliesOfTask, endSessionsOfTask, findSessionStart, startSession } from "./sessions.ts";
export { endTurn, type Turn, type TurnMessage, takeTurn } from "./turns.ts";
export { agentNames } from "./web/channel-info.ts";
export { createPreviews, type OpenPreview, type ReplyPreview } from "./web/preview.ts";

/** What was said between contacts and the company, who speaks for it, and the gate every message passes. */
export function conversationsModule(core: Core): Module {
  // The journals of replies hold what the contact wrote, so they go with the conversations.
  const removeReplies = async (tx: TenantTx, of: PartyOf, what: string) => {
    const ids = await releaseTurns(tx, of);
    const reason = { code: `${what}_deleted`, message: `The ${what} was deleted.` };
    // What is held goes with its conversation, and the execution that wrote it stays.
    await withdrawHeldMessages(core, tx, of, reason);
    if (ids.length > 0) await cancelExecutions(core, tx, { ids }, reason);
    await deleteExecutionsOfConversations(tx, await selectIdsOf(tx, of), replyKind.kind);
    announce(tx, { kind: "conversation", id: null }, { kind: "execution", id: null });
  };
  return {
    name: "conversations",
    errors: conversationErrors,
    metrics: messageMetrics,
    routes: [...conversationRoutes(core), ...playRoutes(core), ...webRoutes(core)],
    services: [createIdleClosing(core), createHeldService(core)],
    jobs: [answerWaitingJob(core), withdrawHeldJob(core)],
    contributions: [
      contribute(contactDeleted, (tx, contactId) => removeReplies(tx, { contactId }, "contact")),
      contribute(channelDeleted, (tx, channelId) => removeReplies(tx, { channelId }, "channel")),
      contribute(channelChanged, async (tx, before, after) => {
        const isBack = before.status !== "connected";
        const hasAnotherAgent =
          after.defaultAgentId !== null && after.defaultAgentId !== before.defaultAgentId;
        if (after.status === "connected" && (isBack || hasAnotherAgent))
          await answerWaiting(core, tx, after.id);
      }),
      contribute(workspaceUnfrozen, (tx) => answerWaiting(core, tx)),
      contribute(channelInUse, hasConversations),
      contribute(notificationKinds, waitsForPerson),
    ],
  };
}
