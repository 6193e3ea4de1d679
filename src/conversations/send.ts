import { requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { cleanText } from "../base/text.ts";
import { getChannel, platformOf } from "../channels/index.ts";
import { noteActivity } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, getExecution, type Reason } from "../engine/index.ts";
import { announceConversation } from "./announce.ts";
import type { Conversation, Message, MessagePurpose, SessionWish } from "./conversation.ts";
import { type ConversationChange, lockConversation, updateConversation } from "./conversation-store.ts";
import { insertDecision, selectDecisionId } from "./decision-store.ts";
import { loadSnapshot } from "./gate/facts.ts";
import { decide, type GateSnapshot, type SendClass, type Verdict } from "./gate/rules.ts";
import { hasHeld, insertHeld } from "./held/held-store.ts";
import { askAgain } from "./held/release.ts";
import { insertMessage, selectMessage } from "./message-store.ts";
import { countMessage } from "./metrics.ts";
import { holdSeconds, isStillToAnswer, lastingRefusal } from "./rules.ts";
import { startSession } from "./sessions.ts";
import { waitForPerson } from "./waiting.ts";

export interface OutgoingMessage {
  readonly class: SendClass;
  readonly conversationId: string;
  /** `id` null: a program with an API key, or the system. */
  readonly author:
    | { readonly kind: "agent"; readonly id: string }
    | { readonly kind: "member"; readonly id: string | null }
    | { readonly kind: "system"; readonly id: null };
  readonly text: string;
  readonly executionId?: string | undefined;
  /** True: the model calls that wrote it have been made, so that a budget which they used up is not in its way. */
  readonly alreadyPaid?: boolean | undefined;
  /**
   * Of the turn that this answers. If the answer is refused although somebody may still give one, the turn's messages
   * count as not taken again, so that they get another turn when this one ends.
   */
  readonly takenAfter?: number | undefined;
  readonly stepSeq?: number | undefined;
  /** The same key again is the same message: it is not sent twice, the first answer is given again. */
  readonly idempotencyKey?: string | undefined;
  /** The id that the message gets, where it was shown before it was sent. Default: a new one. */
  readonly messageId?: string | undefined;
  /** What it is for; stored with the message. Default `service`. */
  readonly purpose?: MessagePurpose | undefined;
  /**
   * `hold`: while only passing reasons are in the way, the message waits for at most 24 hours and goes out when they are
   * gone. Default `drop`: it is refused.
   */
  readonly whenBlocked?: "hold" | "drop" | undefined;
  /**
   * The session that begins when the message is sent, which a held message takes with it. `startSession` after
   * `sendMessage` is then not called.
   */
  readonly session?: SessionWish | undefined;
}

export interface SendResult {
  readonly messageId: string;
  readonly decisionId: string;
  /** Also true for a message that is held: it is accepted and goes out later. */
  readonly allowed: boolean;
  readonly held?: true;
  /** Why it was refused; see `heldReason` for a held one. */
  readonly reason?: Reason;
  /** What a held message waits for, and until when at most. */
  readonly heldReason?: Reason;
  readonly heldUntil?: Date;
}

/**
 * The only way out: every message that is not the contact's goes through here. Asks the gate under the conversation's
 * lock, stores the decision with every rule's answer, and stores the message, also a held or refused one, with its
 * reason. Throws 404 if there is no such conversation.
 */
export async function sendMessage(core: Core, tx: TenantTx, outgoing: OutgoingMessage): Promise<SendResult> {
  const { idempotencyKey = null, author } = outgoing;
  const locked = requireFound(await lockConversation(tx, outgoing.conversationId), "conversation");
  const [known, isHolding] = await Promise.all([
    idempotencyKey === null ? undefined : selectMessage(tx, { idempotencyKey }),
    author.kind === "agent" && hasHeld(tx, locked.id, author.id),
  ]);
  if (known !== undefined) return resultOf(known, await selectDecisionId(tx, known.id));
  const { conversation, isBehind } = isHolding
    ? await catchUp(core, tx, locked, author.id)
    : { conversation: locked, isBehind: false };

  const { executionId = null } = outgoing;
  const agentId = author.kind === "agent" ? author.id : null;
  const snapshot = await loadSnapshot(core, tx, conversation, {
    class: outgoing.class,
    agentId,
    executionId,
    alreadyPaid: outgoing.alreadyPaid === true,
  });
  const verdict = decide(snapshot);
  const fate = await decideFate(tx, conversation, verdict, {
    mayWait: outgoing.whenBlocked === "hold",
    isBehind,
  });
  const message = await storeMessage(tx, conversation, outgoing, fate);
  const goesOut = fate.status === "sent" || fate.status === "queued";
  const [decisionId, changed] = await Promise.all([
    insertDecision(tx, {
      class: outgoing.class,
      verdict,
      conversationId: conversation.id,
      contactId: conversation.contactId,
      messageId: message.id,
      executionId,
    }),
    updateConversation(tx, conversation.id, {
      lastSeq: message.seq,
      ...(goesOut ? changeBySending(outgoing.class, conversation) : {}),
      ...(fate.status === "refused" ? changeByRefusal(outgoing, conversation, verdict) : {}),
    }),
    goesOut ? noteActivity(tx, conversation.contactId) : undefined,
  ]);
  if (message.heldUntil !== null) await hold(tx, outgoing, message, message.heldUntil);
  if (fate.status === "refused" && leavesContactAlone(snapshot, verdict))
    await waitForPerson(core, tx, changed, {
      code: "answer_refused",
      message: `An answer was refused: ${verdict.reason?.message}`,
    });
  announceConversation(tx, conversation.id);
  tx.afterCommit(() => countMessage(core.metrics, message));
  const { session } = outgoing;
  if (goesOut && session !== undefined && agentId !== null)
    await startSession(core, tx, { ...session, conversationId: conversation.id, agentId, executionId });
  return resultOf(message, decisionId);
}

function storeMessage(
  tx: TenantTx,
  conversation: Conversation,
  outgoing: OutgoingMessage,
  fate: Fate,
): Promise<Message> {
  return insertMessage(tx, {
    id: outgoing.messageId ?? newId(),
    conversationId: conversation.id,
    seq: conversation.lastSeq + 1,
    direction: "out",
    authorKind: outgoing.author.kind,
    authorId: outgoing.author.id,
    text: cleanText(outgoing.text),
    status: fate.status,
    reasonCode: fate.reason?.code ?? null,
    reasonMessage: fate.reason?.message ?? null,
    ...(fate.status === "held" ? { holdSeconds } : {}),
    purpose: outgoing.purpose ?? "service",
    executionId: outgoing.executionId ?? null,
    stepSeq: outgoing.stepSeq ?? null,
    idempotencyKey: outgoing.idempotencyKey ?? null,
  });
}

/** Sends what the conversation holds of the same agent, if it may go out by now: order is kept. */
async function catchUp(
  core: Core,
  tx: TenantTx,
  { id }: Conversation,
  authorId: string | null,
): Promise<{ readonly conversation: Conversation; readonly isBehind: boolean }> {
  await askAgain(core, tx, id);
  const conversation = requireRow(await lockConversation(tx, id), "reading a conversation that is locked");
  return { conversation, isBehind: await hasHeld(tx, id, authorId) };
}

interface Fate {
  readonly status: "sent" | "queued" | "held" | "refused";
  readonly reason: Reason | undefined;
}

async function decideFate(
  tx: TenantTx,
  conversation: Conversation,
  verdict: Verdict,
  { mayWait, isBehind }: { readonly mayWait: boolean; readonly isBehind: boolean },
): Promise<Fate> {
  if (!verdict.allowed) {
    if (mayWait && verdict.temporary) return { status: "held", reason: verdict.reason };
    return { status: "refused", reason: mayWait ? lastingRefusal(verdict) : verdict.reason };
  }
  if (mayWait && isBehind) return { status: "held", reason: behindAnother };
  return { status: await storedStatus(tx, conversation), reason: undefined };
}

const behindAnother: Reason = {
  code: "earlier_message_held",
  message: "An earlier message of the same agent is held; this one goes out after it.",
};

async function hold(
  tx: TenantTx,
  outgoing: OutgoingMessage,
  message: Message,
  heldUntil: Date,
): Promise<void> {
  const { executionId } = message;
  const execution = executionId === null ? undefined : await getExecution(tx, executionId);
  await insertHeld(tx, {
    messageId: message.id,
    conversationId: message.conversationId,
    class: outgoing.class,
    executionId,
    taskId: execution?.taskId ?? outgoing.session?.taskId ?? null,
    session: outgoing.session ?? null,
    heldUntil,
  });
}

async function storedStatus(tx: TenantTx, conversation: Conversation): Promise<"sent" | "queued"> {
  const channel = requireRow(
    await getChannel(tx, conversation.channelId),
    "sending on a conversation's channel",
  );
  return platformOf(channel).platform.storedStatus;
}

/**
 * A person who writes takes over and has answered what there was. What waits for a person goes on waiting when an agent
 * opens: its session, if it gets one, answers what it can.
 */
function changeBySending(sendClass: SendClass, conversation: Conversation): ConversationChange {
  const lastMessageAt = "now";
  if (sendClass === "human")
    return { lastMessageAt, controller: "human", takenSeq: conversation.lastInboundSeq };
  return { lastMessageAt };
}

function changeByRefusal(
  { takenAfter, executionId }: OutgoingMessage,
  conversation: Conversation,
  verdict: Verdict,
): ConversationChange {
  const code = verdict.reason?.code;
  if (takenAfter === undefined || code === undefined || !isStillToAnswer(code)) return {};
  // Only while it is this turn that answers: a later one may have taken the messages.
  if (conversation.turnExecutionId !== executionId) return {};
  return { takenSeq: Math.min(takenAfter, conversation.takenSeq) };
}

const leavingRefusals = ["no_session", "agent_disabled", "agent_deleted", "answer_window_over", "budget"];

/** True if an answer was refused because no agent may give one any more, which nobody decided on purpose. */
function leavesContactAlone(snapshot: GateSnapshot, verdict: Verdict): boolean {
  const code = verdict.reason?.code;
  return snapshot.class === "answer" && code !== undefined && leavingRefusals.includes(code);
}

function resultOf(message: Message, decisionId: string): SendResult {
  const { id: messageId, status, reasonCode: code, reasonMessage, heldUntil } = message;
  if (code === null || (status !== "refused" && status !== "held"))
    return { messageId, decisionId, allowed: true };
  const reason = { code, message: reasonMessage ?? code };
  if (status === "refused") return { messageId, decisionId, allowed: false, reason };
  const heldResult = { messageId, decisionId, allowed: true, held: true, heldReason: reason } as const;
  return heldUntil === null ? heldResult : { ...heldResult, heldUntil };
}
