import { requireRow } from "../../base/errors.ts";
import { getChannel, platformOf } from "../../channels/index.ts";
import { noteActivity } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import { type Core, judgeAgain, type Reason } from "../../engine/index.ts";
import { announceConversation } from "../announce.ts";
import type { Conversation } from "../conversation.ts";
import { lockConversation, updateConversation } from "../conversation-store.ts";
import { insertDecision } from "../decision-store.ts";
import { loadSnapshot } from "../gate/facts.ts";
import { decide, type Verdict } from "../gate/rules.ts";
import { markSent, refuseHeld, updateHeldReason } from "../message-store.ts";
import { lastingRefusal } from "../rules.ts";
import { startSession } from "../sessions.ts";
import { deleteHeld, type Held, selectHeld } from "./held-store.ts";

const holdExpired: Reason = {
  code: "hold_expired",
  message: "It could not go out before its time was up.",
};

/**
 * Asks the gate again about what a conversation holds, in the order in which it was written: what may go out is sent, what
 * is refused for good or whose time is up is refused, the rest waits on. One that waits holds up the later ones of the
 * same agent. Decisions are stored where they say something new, and executions that have ended are judged by what became
 * of their messages. Does nothing if the conversation is gone.
 */
export async function askAgain(core: Core, tx: TenantTx, conversationId: string): Promise<void> {
  const conversation = await lockConversation(tx, conversationId);
  if (conversation === undefined) return;
  const waiting = new Set<string | null>();
  const concerned = new Set<string>();
  let current = conversation;
  for (const held of await selectHeld(tx, conversationId)) {
    const isBehind = waiting.has(held.agentId);
    if (isBehind && !held.isOver) continue;
    // What an execution wrote was paid for when it was written.
    const alreadyPaid = held.executionId !== null;
    const verdict = decide(await loadSnapshot(core, tx, current, { ...held, alreadyPaid }));
    // Also if it could go out now: whoever sent it was promised that it does not come later than that.
    if (held.isOver) await refuse(tx, conversation, held, { ...verdict, reason: holdExpired });
    else if (verdict.allowed) current = await release(core, tx, current, held, verdict);
    else if (!verdict.temporary)
      await refuse(tx, conversation, held, { ...verdict, reason: lastingRefusal(verdict) });
    else {
      waiting.add(held.agentId);
      if (verdict.reason?.code === held.reasonCode) continue;
      await waitOn(tx, conversation, held, verdict);
    }
    if (held.executionId !== null) concerned.add(held.executionId);
  }
  // Last, as it locks their tasks.
  await judgeAgain(core, tx, [...concerned]);
}

async function decideOn(
  tx: TenantTx,
  conversation: Conversation,
  held: Held,
  verdict: Verdict,
): Promise<void> {
  await insertDecision(tx, {
    class: held.class,
    verdict,
    conversationId: conversation.id,
    contactId: conversation.contactId,
    messageId: held.messageId,
    executionId: held.executionId,
  });
}

/**
 * It goes to the end of the conversation: whoever has read up to a `seq` would never see a message that appears before it.
 */
async function release(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  held: Held,
  verdict: Verdict,
): Promise<Conversation> {
  const channel = requireRow(
    await getChannel(tx, conversation.channelId),
    "sending on a conversation's channel",
  );
  const seq = conversation.lastSeq + 1;
  await decideOn(tx, conversation, held, verdict);
  await deleteHeld(tx, held.messageId);
  await markSent(tx, held.messageId, { seq, status: platformOf(channel).platform.storedStatus });
  const [sent] = await Promise.all([
    updateConversation(tx, conversation.id, { lastSeq: seq, lastMessageAt: "now" }),
    noteActivity(tx, conversation.contactId),
  ]);
  announceConversation(tx, conversation.id);
  const { session, agentId, executionId } = held;
  if (session === null || agentId === null) return sent;
  await startSession(core, tx, { ...session, conversationId: conversation.id, agentId, executionId });
  return requireRow(await lockConversation(tx, conversation.id), "reading a conversation that is locked");
}

async function refuse(tx: TenantTx, conversation: Conversation, held: Held, verdict: Verdict): Promise<void> {
  const reason = verdict.reason ?? holdExpired;
  await decideOn(tx, conversation, held, { ...verdict, allowed: false, temporary: false });
  await deleteHeld(tx, held.messageId);
  await refuseHeld(tx, held.messageId, reason);
  announceConversation(tx, conversation.id);
}

async function waitOn(tx: TenantTx, conversation: Conversation, held: Held, verdict: Verdict): Promise<void> {
  await decideOn(tx, conversation, held, verdict);
  if (verdict.reason !== undefined) await updateHeldReason(tx, held.messageId, verdict.reason);
  announceConversation(tx, conversation.id);
}
