import type { z } from "zod";
import { type IdKind, toId, toIdOrNull } from "../base/ids.ts";
import { instant } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import type { AuthorKind, Conversation, Message, Session } from "./conversation.ts";
import type { Decision } from "./decision-store.ts";
import { type LastMessage, selectLastMembers, selectLastMessages } from "./message-store.ts";
import { hasUnanswered } from "./rules.ts";
import type { conversationOut, decisionOut, messageOut, visitorMessageOut } from "./schemas.ts";
import { selectLiveSessions } from "./session-store.ts";

/** What a list shows of a message. */
const beginningLength = 200;

export async function presentConversations(
  tx: TenantTx,
  conversations: readonly Conversation[],
  include: { readonly lastMessage: boolean },
): Promise<z.input<typeof conversationOut>[]> {
  const ids = conversations.map(({ id }) => id);
  const [sessions, members, last] = await Promise.all([
    selectLiveSessions(tx, ids),
    selectControllers(tx, conversations),
    include.lastMessage ? selectLastMessages(tx, ids, beginningLength) : undefined,
  ]);
  return conversations.map((conversation) => ({
    ...presentConversation(conversation, sessions.get(conversation.id), members.get(conversation.id)),
    ...(last === undefined ? {} : { lastMessage: presentLast(last.get(conversation.id)) }),
  }));
}

function presentLast(message: LastMessage | undefined): z.input<typeof conversationOut>["lastMessage"] {
  if (message === undefined) return null;
  const { id, direction, text, status } = message;
  return { id: toId("message", id), direction, author: presentAuthor(message), text, status };
}

export async function presentOneConversation(
  tx: TenantTx,
  conversation: Conversation,
): Promise<z.input<typeof conversationOut>> {
  const [sessions, members] = await Promise.all([
    selectLiveSessions(tx, [conversation.id]),
    selectControllers(tx, [conversation]),
  ]);
  return presentConversation(conversation, sessions.get(conversation.id), members.get(conversation.id));
}

/** The members in control: a person takes over by writing. */
async function selectControllers(tx: TenantTx, conversations: readonly Conversation[]) {
  const taken = conversations.filter(({ controller }) => controller === "human").map(({ id }) => id);
  return await selectLastMembers(tx, taken);
}

function presentConversation(
  it: Conversation,
  session: Session | undefined,
  memberId: string | null = null,
): z.input<typeof conversationOut> {
  return {
    id: toId("conversation", it.id),
    channelId: toId("channel", it.channelId),
    contactId: toId("contact", it.contactId),
    status: it.status,
    controller: it.controller,
    controllerId: toIdOrNull("member", memberId),
    session: session === undefined ? null : presentSession(session),
    turn:
      it.turnExecutionId === null
        ? null
        : {
            executionId: toId("execution", it.turnExecutionId),
            status: it.turnStartedAt === null ? "queued" : "running",
          },
    unanswered: hasUnanswered(it),
    lastSeq: it.lastSeq,
    lastMessageAt: instant(it.lastMessageAt),
    lastInboundAt: instant(it.lastInboundAt),
    closedAt: instant(it.closedAt),
    closedReason: it.closedReason,
    closedBy: presentCloser(it),
    closedNote: it.closedNote,
    createdAt: instant(it.createdAt),
    updatedAt: instant(it.updatedAt),
  };
}

const closerIds = { member: "member", api_key: "apiKey", agent: "agent", system: null } as const;

function presentCloser({ closedByKind: kind, closedById }: Conversation) {
  if (kind === null) return null;
  const idKind = closerIds[kind];
  return { kind, id: idKind === null ? null : toIdOrNull(idKind, closedById) };
}

function presentSession(session: Session): z.input<typeof conversationOut>["session"] {
  return {
    kind: session.kind,
    agentId: toId("agent", session.agentId),
    taskId: toIdOrNull("task", session.taskId),
    executionId: toIdOrNull("execution", session.executionId),
    startedAt: instant(session.startedAt),
    expiresAt: instant(session.expiresAt),
    expiresInSeconds: session.expiresInSeconds,
  };
}

const authorIds: Readonly<Record<AuthorKind, IdKind | null>> = {
  contact: "contact",
  agent: "agent",
  member: "member",
  system: null,
};

function presentAuthor({ authorKind: kind, authorId }: Pick<Message, "authorKind" | "authorId">) {
  const idKind = authorIds[kind];
  return { kind, id: idKind === null ? null : toIdOrNull(idKind, authorId) };
}

export function presentMessage(message: Message): z.input<typeof messageOut> {
  return {
    id: toId("message", message.id),
    conversationId: toId("conversation", message.conversationId),
    seq: message.seq,
    direction: message.direction,
    author: presentAuthor(message),
    text: message.text,
    purpose: message.purpose,
    status: message.status,
    reason: presentReason(message),
    heldUntil: instant(message.heldUntil),
    executionId: toIdOrNull("execution", message.executionId),
    stepSeq: message.stepSeq,
    createdAt: instant(message.createdAt),
    sentAt: instant(message.sentAt),
    deliveredAt: instant(message.deliveredAt),
  };
}

/** What the contact's side may know: no ids of agents, members or executions, no reasons. */
export function presentVisitorMessage(message: Message): z.input<typeof visitorMessageOut> {
  return {
    id: toId("message", message.id),
    direction: message.direction,
    author: { kind: message.authorKind },
    text: message.text,
    status: message.status,
    // What was held shows when it came.
    createdAt: instant(message.sentAt ?? message.createdAt),
  };
}

export function presentDecision(decision: Decision): z.input<typeof decisionOut> {
  return {
    id: toId("decision", decision.id),
    class: decision.class,
    allowed: decision.allowed,
    reason: presentReason(decision),
    rules: [...decision.rules],
    messageId: toIdOrNull("message", decision.messageId),
    executionId: toIdOrNull("execution", decision.executionId),
    createdAt: instant(decision.createdAt),
  };
}

function presentReason(it: { readonly reasonCode: string | null; readonly reasonMessage: string | null }) {
  return it.reasonCode === null ? null : { code: it.reasonCode, message: it.reasonMessage ?? it.reasonCode };
}
