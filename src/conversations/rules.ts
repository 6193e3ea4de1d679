import type { Conversation } from "./conversation.ts";

/** Messages that come within this time of the first are answered in one turn. */
const burstMs = 2_000;

/** How long a turn waits for more messages, if the first that it is to answer is `ageMs` old. */
export function burstDelayMs(ageMs: number): number {
  return Math.min(burstMs, Math.max(0, burstMs - ageMs));
}

/** True if the contact wrote something that no turn, person or command has dealt with. */
export function hasUnanswered(conversation: Pick<Conversation, "lastInboundSeq" | "takenSeq">): boolean {
  return conversation.lastInboundSeq > conversation.takenSeq;
}
