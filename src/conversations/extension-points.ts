import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";
import type { Conversation, Message } from "./conversation.ts";

/** Runs after a conversation was closed, in the same transaction, with the conversation locked. */
export type ConversationClosed = (tx: TenantTx, conversation: Conversation) => Promise<void>;

export const conversationClosed = extensionPoint<ConversationClosed>("conversations.closed");

/**
 * Runs after a contact's message was stored and before it is seen to that somebody answers, in the same transaction, with
 * the conversation locked. Not called for a message that was received before.
 */
export type MessageReceived = (tx: TenantTx, conversation: Conversation, message: Message) => Promise<void>;

export const messageReceived = extensionPoint<MessageReceived>("conversations.messageReceived");
