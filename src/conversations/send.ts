import { requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { cleanText } from "../base/text.ts";
import { getChannel, platformOf } from "../channels/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core, Reason } from "../engine/index.ts";
import { announceConversation } from "./announce.ts";
import type { Conversation, Message } from "./conversation.ts";
import { type ConversationChange, lockConversation, updateConversation } from "./conversation-store.ts";
import { insertDecision, selectDecisionId } from "./decision-store.ts";
import { loadSnapshot } from "./gate/facts.ts";
import { decide, type GateSnapshot, type SendClass, type Verdict } from "./gate/rules.ts";
import { insertMessage, selectMessage } from "./message-store.ts";
import { countMessage } from "./metrics.ts";
import { isStillToAnswer } from "./rules.ts";
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
  /**
   * Of the turn that this answers. If the answer is refused although somebody may still give one, the turn's messages
   * count as not taken again, so that they get another turn when this one ends.
   */
  readonly takenAfter?: number | undefined;
  readonly stepSeq?: number | undefined;
  /** The same key again is the same message: it is not sent twice, the first answer is given again. */
  readonly idempotencyKey?: string | undefined;
}

export interface SendResult {
  readonly messageId: string;
  readonly decisionId: string;
  readonly allowed: boolean;
  /** Why it was refused. */
  readonly reason?: Reason;
}

/**
 * The only way out: every message that is not the contact's goes through here. Asks the gate under the conversation's
 * lock, stores the decision with every rule's answer, and stores the message, also a refused one, with its reason.
 * Throws 404 if there is no such conversation.
 */
export async function sendMessage(core: Core, tx: TenantTx, outgoing: OutgoingMessage): Promise<SendResult> {
  const conversation = requireFound(await lockConversation(tx, outgoing.conversationId), "conversation");
  const { idempotencyKey = null, executionId = null } = outgoing;
  const known = idempotencyKey === null ? undefined : await selectMessage(tx, { idempotencyKey });
  if (known !== undefined) return resultOf(known, await selectDecisionId(tx, known.id));

  const agentId = outgoing.author.kind === "agent" ? outgoing.author.id : null;
  const snapshot = await loadSnapshot(core, tx, conversation, {
    class: outgoing.class,
    agentId,
    executionId,
  });
  const verdict = decide(snapshot);
  const message = await insertMessage(tx, {
    id: newId(),
    conversationId: conversation.id,
    seq: conversation.lastSeq + 1,
    direction: "out",
    authorKind: outgoing.author.kind,
    authorId: outgoing.author.id,
    text: cleanText(outgoing.text),
    status: verdict.allowed ? await storedStatus(tx, conversation) : "refused",
    reasonCode: verdict.reason?.code ?? null,
    reasonMessage: verdict.reason?.message ?? null,
    executionId,
    stepSeq: outgoing.stepSeq ?? null,
    idempotencyKey,
  });
  const decisionId = await insertDecision(tx, {
    class: outgoing.class,
    verdict,
    conversationId: conversation.id,
    contactId: conversation.contactId,
    messageId: message.id,
    executionId,
  });
  const changed = await updateConversation(tx, conversation.id, {
    lastSeq: message.seq,
    ...(verdict.allowed
      ? changeBySending(outgoing.class, conversation)
      : changeByRefusal(outgoing, conversation, verdict)),
  });
  if (leavesContactAlone(snapshot, verdict))
    await waitForPerson(core, tx, changed, {
      code: "answer_refused",
      message: `An answer was refused: ${verdict.reason?.message}`,
    });
  announceConversation(core, tx, conversation.id);
  tx.afterCommit(() => countMessage(core.metrics, message));
  return resultOf(message, decisionId);
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

/** True if an answer was refused because no agent may give one any more, which nobody decided on purpose. */
function leavesContactAlone(snapshot: GateSnapshot, verdict: Verdict): boolean {
  const code = verdict.reason?.code;
  const isLeft = code === "no_session" || code === "agent_disabled" || code === "answer_window_over";
  return snapshot.class === "answer" && isLeft;
}

function resultOf(message: Message, decisionId: string): SendResult {
  const { reasonCode: code, reasonMessage } = message;
  if (message.status !== "refused" || code === null)
    return { messageId: message.id, decisionId, allowed: true };
  return {
    messageId: message.id,
    decisionId,
    allowed: false,
    reason: { code, message: reasonMessage ?? code },
  };
}
