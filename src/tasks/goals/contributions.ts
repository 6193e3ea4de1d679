import { type Contribution, contribute } from "../../base/extensions.ts";
import { conversationClosed, messageReceived } from "../../conversations/index.ts";
import type { Core } from "../../engine/index.ts";
import { checkConversation } from "./check.ts";

/** Conversations tell when a contact has answered and when one was closed. */
export function goalContributions(core: Core): readonly Contribution[] {
  return [
    contribute(messageReceived, (tx, conversation) =>
      checkConversation(core, tx, conversation, "contact_replied"),
    ),
    contribute(conversationClosed, (tx, conversation) =>
      checkConversation(core, tx, conversation, "conversation_closed"),
    ),
  ];
}
