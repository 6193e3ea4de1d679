import type { Reason } from "../../engine/index.ts";
import type { ToolOutcome } from "./tool.ts";

/** So many messages of one execution reach a contact who does not answer; more are a loop, whatever they say. */
const unansweredAllowed = 10;
/** So many reach a contact who does. */
const messagesAllowed = 20;
/** So often in a row an agent may try to write more; then it has not understood that it cannot. */
const vainSendsAllowed = 5;

/** What one execution has sent to one contact, messages that are held included. */
export interface MessageCounts {
  readonly sent: number;
  /** Since the contact wrote last. */
  readonly unanswered: number;
}

/** Why an execution may send a contact nothing more; undefined while it may. */
export function findMessageLimit({ sent, unanswered }: MessageCounts): Reason | undefined {
  if (sent >= messagesAllowed) return describeLimit(`${messagesAllowed} messages`);
  if (unanswered >= unansweredAllowed)
    return describeLimit(`${unansweredAllowed} messages without an answer`);
  return undefined;
}

function describeLimit(what: string): Reason {
  const message = `This execution has sent the contact ${what}: no more may be sent. Go on without writing, or finish.`;
  return { code: "too_many_messages", message };
}

/** How often in a row an agent has tried to write more than it may, after one more tool call. */
export function countVainSend(before: number, outcome: ToolOutcome | undefined): number {
  if (outcome?.did === "message_accepted") return 0;
  return outcome?.refusal?.code === "too_many_messages" ? before + 1 : before;
}

/** Why the run ends that goes on trying; undefined while it may try. */
export function findVainSends(times: number): Reason | undefined {
  if (times < vainSendsAllowed) return undefined;
  const message =
    `The agent tried to send more messages than one execution may, ${vainSendsAllowed} times in a row after it had ` +
    "been told so.";
  return { code: "too_many_messages", message };
}
