import { AppError, requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { getChannel } from "../channels/index.ts";
import { getContact, noteActivity, optIn, optOut } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { announceConversation } from "./announce.ts";
import type { Conversation, Message } from "./conversation.ts";
import { updateConversation } from "./conversation-store.ts";
import { openConversation } from "./conversations.ts";
import { conversationErrors } from "./errors.ts";
import { messageReceived } from "./extension-points.ts";
import { insertMessage, selectMessage, takeReceipt } from "./message-store.ts";
import { countMessage } from "./metrics.ts";
import { readCommand } from "./opt-out-words.ts";
import { sendMessage } from "./send.ts";
import { arrangeAnswer } from "./turns.ts";

export interface IncomingMessage {
  readonly channelId: string;
  readonly contactId: string;
  /** Chosen by the contact's side; the same one again on this channel is the same message. */
  readonly clientMessageId: string;
  readonly text: string;
}

/**
 * Stores what a contact wrote, in the open conversation or a new one, and sees to its answer. A clientMessageId that
 * was used before answers the message it stands for, whatever the text. Throws 404, and 409 `channel_disabled`.
 */
export async function receiveMessage(core: Core, tx: TenantTx, incoming: IncomingMessage): Promise<Message> {
  const { channelId, contactId, clientMessageId, text } = incoming;
  const id = newId();
  const channel = requireFound(await getChannel(tx, channelId), "channel");
  if (channel.status !== "connected") throw new AppError(conversationErrors.channel_disabled);
  const messageId = await takeReceipt(tx, { channelId, contactId, clientMessageId }, id);
  if (messageId !== id) {
    const known = await selectMessage(tx, { id: messageId });
    return requireRow(known, "looking for a received message");
  }

  const conversation = await openConversation(core, tx, { contactId, channelId });
  const seq = conversation.lastSeq + 1;
  const [message, received] = await Promise.all([
    insertMessage(tx, {
      id,
      conversationId: conversation.id,
      seq,
      direction: "in",
      authorKind: "contact",
      authorId: contactId,
      text,
      // It has reached the one it was written to.
      status: "delivered",
      clientMessageId,
    }),
    updateConversation(tx, conversation.id, {
      lastSeq: seq,
      lastInboundSeq: seq,
      lastMessageAt: "now",
      lastInboundAt: "now",
    }),
    noteActivity(tx, contactId),
  ]);
  announceConversation(tx, conversation.id);
  tx.afterCommit(() => countMessage(core.metrics, message));
  for (const handle of core.extensions.of(messageReceived)) await handle(tx, received, message);
  await arrangeAnswer(core, tx, await obeyCommand(core, tx, received, message));
  return message;
}

/**
 * STOP: no more messages, confirmed once; nothing the contact wrote until then is answered. START: messages again, and
 * the message goes on to the agent, which greets. START from somebody who never opted out is an ordinary word.
 */
async function obeyCommand(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  message: Message,
): Promise<Conversation> {
  const command = readCommand(message.text);
  if (command === undefined) return conversation;
  const contact = requireRow(
    await getContact(tx, conversation.contactId),
    "reading a conversation's contact",
  );
  const isOptedOut = contact.optedOutAt !== null;
  if (command.command === "start") {
    if (isOptedOut) await optIn(core, tx, contact.id, "contact");
    return conversation;
  }
  const answered = await updateConversation(tx, conversation.id, { takenSeq: message.seq });
  if (isOptedOut) return answered;
  await optOut(core, tx, contact.id, "keyword", "contact");
  await sendMessage(core, tx, {
    class: "system",
    conversationId: conversation.id,
    author: { kind: "system", id: null },
    text: command.confirmation,
  });
  return answered;
}
