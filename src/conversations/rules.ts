import type { Platform } from "../channels/index.ts";
import type { Reason } from "../engine/index.ts";
import type { Conversation } from "./conversation.ts";
import type { Verdict } from "./gate/rules.ts";

/** Messages that come within this time of the first are answered in one turn. */
const burstMs = 2_000;

/** How long a turn waits for more messages, if the first that it is to answer is `ageMs` old. */
export function burstDelayMs(ageMs: number): number {
  return Math.min(burstMs, Math.max(0, burstMs - ageMs));
}

/** Characters of a conversation that an agent reads, about 20 000 tokens: more would leave a small model no room to work. */
export const longestTranscript = 80_000;

/** The longest that a message waits for what is in its way. */
export const holdSeconds = 86_400;

/**
 * Why a message that might have waited is refused: the first refusal that does not pass, which need not be the first of
 * all.
 */
export function lastingRefusal({ rules, reason }: Verdict): Reason | undefined {
  const lasting = rules.find(({ answer, temporary }) => answer === "refused" && temporary !== true);
  const { code, message } = lasting ?? {};
  return code === undefined || message === undefined ? reason : { code, message };
}

/**
 * Refusals of an answer after which somebody may still answer what the contact wrote: at once if another agent has
 * taken over, else when what is in the way is gone. The others were decided on purpose.
 */
const passingRefusals = [
  "workspace_frozen",
  "channel_disabled",
  "agent_disabled",
  "agent_deleted",
  "budget",
  "no_session",
  "session_of_another_agent",
  "answer_window_over",
];

/** True if the messages that a refused answer was to answer are unanswered again. */
export function isStillToAnswer(refusalCode: string): boolean {
  return passingRefusals.includes(refusalCode);
}

/** True if the contact wrote something that no turn, person or command has dealt with. */
export function hasUnanswered(conversation: Pick<Conversation, "lastInboundSeq" | "takenSeq">): boolean {
  return conversation.lastInboundSeq > conversation.takenSeq;
}

/** True if the contact's side of the platform is our own, so that somebody can speak as a contact there. */
export function mayBePlayed({ storedStatus }: Pick<Platform, "storedStatus">): boolean {
  return storedStatus === "sent";
}
