import type { OutgoingText, PromptMessage, SendVerdict } from "../agents/index.ts";
import {
  type Conversation,
  findSessionStart,
  listConversations,
  listMessages,
  openConversation,
  sendMessage,
} from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, getExecution } from "../engine/index.ts";
import { reopensConversation } from "./rules.ts";
import { readNow } from "./store.ts";
import type { Purpose, WhenBlocked } from "./task.ts";

/** What an execution has to know of its task in order to write; kept in its journal. Ids are UUIDs. */
export interface TaskWriting {
  readonly taskId: string;
  readonly contactId: string;
  readonly channelId: string;
  readonly sessionDurationSeconds: number;
  /** The conversation that the task names. */
  readonly conversationId: string | null;
  readonly purpose: Purpose;
  readonly whenBlocked: WhenBlocked;
}

const recentMessages = 20;

/** What was said last between the company and a contact, oldest first; what the gate refused is left out. */
export async function readRecentMessages(tx: TenantTx, contactId: string): Promise<readonly PromptMessage[]> {
  const { items } = await listConversations(tx, { contactId }, { limit: 1 });
  const [latest] = items;
  if (latest === undefined) return [];
  const messages = await listMessages(tx, latest.id, { limit: recentMessages });
  return messages.items
    .filter(({ status }) => status !== "refused" && status !== "withdrawn")
    .map(({ authorKind, text, createdAt }) => ({ author: authorKind, text, at: createdAt }))
    .reverse();
}

/**
 * The conversation in which an execution writes, locked: the one it has written in, else the one that the task names, if
 * it is open, else the open one while the task's session may still be live in it or something else is under way there,
 * else a new one.
 */
export async function openForTask(
  core: Core,
  tx: TenantTx,
  writing: TaskWriting,
  executionId: string,
): Promise<Conversation> {
  const { contactId, channelId } = writing;
  const execution = await getExecution(tx, executionId);
  // A further message of this execution belongs to its first, and a conversation that the task names is where it
  // belongs, whatever the session duration says. Only one is open per contact and channel.
  const wanted = [
    execution?.conversationId,
    ...(execution?.otherConversationIds ?? []),
    writing.conversationId,
  ];
  const isFresh = await isSessionOver(tx, writing, wanted);
  const fresh = isFresh ? { taskId: writing.taskId } : undefined;
  return openConversation(core, tx, { contactId, channelId, fresh });
}

/** False also in one of the conversations in which the execution is to write in any case. */
async function isSessionOver(
  tx: TenantTx,
  writing: TaskWriting,
  wanted: readonly (string | null | undefined)[],
): Promise<boolean> {
  const { taskId, contactId, channelId, sessionDurationSeconds } = writing;
  const open = await listConversations(tx, { contactId, channelId, status: "open" }, { limit: 1 });
  const conversationId = open.items[0]?.id;
  if (conversationId === undefined || wanted.includes(conversationId)) return false;
  const sentAt = await findSessionStart(tx, { conversationId, taskId });
  return reopensConversation(sessionDurationSeconds, sentAt, await readNow(tx));
}

/**
 * Puts a message of a task through the gate; once it is sent, which may be after it was held, the agent goes on answering
 * for the session's time.
 */
export async function writeForTask(
  core: Core,
  tx: TenantTx,
  outgoing: {
    readonly writing: TaskWriting;
    readonly conversation: Conversation;
    readonly message: OutgoingText;
    readonly agentId: string;
    readonly executionId: string;
  },
): Promise<SendVerdict> {
  const { writing, message, agentId, executionId } = outgoing;
  const conversationId = outgoing.conversation.id;
  const sent = await sendMessage(core, tx, {
    class: "opening",
    conversationId,
    executionId,
    author: { kind: "agent", id: agentId },
    text: message.text,
    stepSeq: message.stepSeq,
    idempotencyKey: message.idempotencyKey,
    purpose: writing.purpose,
    whenBlocked: writing.whenBlocked,
    session: { kind: "task", taskId: writing.taskId, seconds: writing.sessionDurationSeconds },
  });
  if (sent.reason !== undefined) return { accepted: false, messageId: sent.messageId, reason: sent.reason };
  return { accepted: true, messageId: sent.messageId, conversationId };
}
