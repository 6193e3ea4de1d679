import {
  findMessageLimit,
  type OutgoingText,
  type PromptMessage,
  type SendVerdict,
} from "../agents/index.ts";
import { getChannel } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import {
  type Conversation,
  countSentTo,
  findSessionStart,
  listConversations,
  listMessages,
  openConversation,
  sendMessage,
} from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, type Execution, getExecution, type Reason, setParticipants } from "../engine/index.ts";
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

/**
 * Why nothing can be written any more: the contact or the channel was deleted while the execution ran. Undefined while
 * both are there.
 */
async function findDeparture(
  tx: TenantTx,
  { contactId, channelId }: Pick<TaskWriting, "contactId" | "channelId">,
): Promise<Reason | undefined> {
  const [contact, channel] = await Promise.all([getContact(tx, contactId), getChannel(tx, channelId)]);
  if (contact === undefined)
    return { code: "contact_deleted", message: "The contact was deleted: there is nobody to write to." };
  if (channel === undefined)
    return { code: "channel_deleted", message: "The channel that the task writes on was deleted." };
  return undefined;
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
 * Sends what an execution writes for its task, in the conversation where that belongs, through the gate. Refused if the
 * contact or the channel was deleted meanwhile, or the execution has sent them as many messages as it may.
 */
export async function sendForTask(
  core: Core,
  tx: TenantTx,
  execution: Execution,
  outgoing: OutgoingForTask,
): Promise<SendVerdict> {
  const { writing } = outgoing;
  const { contactId } = writing;
  const [departure, sent] = await Promise.all([
    findDeparture(tx, writing),
    countSentTo(tx, { executionId: execution.id, contactId }),
  ]);
  const obstacle = departure ?? findMessageLimit(sent);
  if (obstacle !== undefined) return { accepted: false, messageId: null, reason: obstacle };
  const conversation = await openForTask(core, tx, writing, execution.id);
  const verdict = await putThroughGate(core, tx, { ...outgoing, conversation, executionId: execution.id });
  await setParticipants(tx, execution, { conversationId: conversation.id });
  return verdict;
}

export interface OutgoingForTask {
  readonly writing: TaskWriting;
  readonly message: OutgoingText;
  readonly agentId: string;
  /** True: the model calls that wrote it have been made. */
  readonly alreadyPaid: boolean;
}

/**
 * The conversation in which an execution writes, locked: the one it has written in, else the one that the task names, if
 * it is open, else the open one while the task's session may still be live in it or something else is under way there
 * that the task may not end, else a new one.
 */
async function openForTask(
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
  // Of several tasks that answer the latest does, in the same conversation; one that does not answer wants its own.
  const overOthers = writing.sessionDurationSeconds === 0;
  const fresh = isFresh ? { taskId: writing.taskId, overOthers } : undefined;
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

/** Once the message is sent, which may be after it was held, the agent goes on answering for the session's time. */
async function putThroughGate(
  core: Core,
  tx: TenantTx,
  outgoing: OutgoingForTask & { readonly conversation: Conversation; readonly executionId: string },
): Promise<SendVerdict> {
  const { writing, message, agentId, executionId, alreadyPaid } = outgoing;
  const conversationId = outgoing.conversation.id;
  const sent = await sendMessage(core, tx, {
    class: "opening",
    conversationId,
    executionId,
    alreadyPaid,
    author: { kind: "agent", id: agentId },
    text: message.text,
    stepSeq: message.stepSeq,
    idempotencyKey: message.idempotencyKey,
    purpose: writing.purpose,
    whenBlocked: writing.whenBlocked,
    session: { kind: "task", taskId: writing.taskId, seconds: writing.sessionDurationSeconds },
  });
  if (sent.reason !== undefined) return { accepted: false, messageId: sent.messageId, reason: sent.reason };
  const { messageId, heldReason: reason, heldUntil } = sent;
  if (reason === undefined || heldUntil === undefined) return { accepted: true, messageId, conversationId };
  return { accepted: true, messageId, conversationId, held: { reason, until: heldUntil.toISOString() } };
}
