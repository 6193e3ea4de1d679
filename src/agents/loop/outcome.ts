import type { EndedResult, Judgement, Outcome, Reason } from "../../engine/index.ts";
import type { HeldBack } from "./outgoing.ts";

/** What `finish` may claim. */
export const claimableOutcomes = ["goal_met", "message_sent", "no_action_needed", "blocked", "none"] as const;
export type ClaimedOutcome = (typeof claimableOutcomes)[number];

/** What the journal shows of a run so far. */
export interface Tally {
  /** Messages that the gate accepted, those included that wait. */
  readonly accepted: number;
  readonly refused: number;
  /** Other things that were changed, for instance facts remembered. */
  readonly changes: number;
  /** Calls of the agent's own tools that were answered with success. */
  readonly answered: number;
  readonly lastRefusal: Reason | null;
  /** Of the accepted messages, those that wait for something that passes. */
  readonly held: number;
  readonly lastHeld: HeldBack | null;
  /** Why the last of those that had waited did not go out. Only known once the run has ended. */
  readonly lastGivenUp: Reason | null;
}

export const emptyTally: Tally = {
  accepted: 0,
  refused: 0,
  changes: 0,
  answered: 0,
  lastRefusal: null,
  held: 0,
  lastHeld: null,
  lastGivenUp: null,
};

/**
 * The outcome as the journal has it: `message_sent` with a message that the gate let out, `none` while all that was
 * written waits, `blocked` with only refused ones. A claim stands where the journal does not contradict it; where it
 * does, it is overruled and the reason names both. A goal is met by what was sent, changed or answered by a tool of the
 * agent's own; what was only searched or read is no work.
 */
export function judgeOutcome(tally: Tally, claim: ClaimedOutcome | undefined): Judgement {
  if (tally.accepted > tally.held) return judgeSent(tally, claim);
  if (tally.lastHeld !== null) return judgeHeld(tally.held, tally.lastHeld, claim);
  if (tally.refused > 0) return judgeBlocked(tally, claim);
  if (tally.lastGivenUp !== null) return { outcome: "none", reason: sayClaim(tally.lastGivenUp, claim) };
  // An execution that did nothing is never shown as a success.
  const hasWorked = tally.changes > 0 || tally.answered > 0;
  if (claim === "goal_met" && hasWorked) return { outcome: "goal_met" };
  if (claim === "no_action_needed") return { outcome: "no_action_needed" };
  return overrule("none", claim, hasWorked ? "no message" : "nothing that was done");
}

/** The outcomes that follow from messages; the others stand whatever becomes of these. */
const ofMessages: readonly Outcome[] = ["message_sent", "goal_met", "blocked", "none"];

/**
 * What an ended run came to by what has become of its messages. One that failed or was cancelled goes on saying why; it
 * has claimed nothing.
 */
export function judgeOutcomeAgain(
  { status, outcome, reason }: Pick<EndedResult, "status" | "outcome" | "reason">,
  messages: Omit<Tally, "changes" | "answered">,
  claim: ClaimedOutcome | undefined,
): Judgement {
  if (!ofMessages.includes(outcome)) return { outcome, reason };
  const tally = { ...emptyTally, ...messages };
  if (status !== "completed") return { outcome: judgeOutcome(tally, undefined).outcome, reason };
  return judgeOutcome(tally, claim);
}

/** With one message that went out; another that waited and was given up is told of. */
function judgeSent({ lastGivenUp }: Tally, claim: ClaimedOutcome | undefined): Judgement {
  const judged =
    claim === "goal_met"
      ? ({ outcome: claim } as const)
      : overrule("message_sent", claim, "a message that the gate accepted");
  if (lastGivenUp === null || judged.reason !== undefined) return judged;
  const { code, message } = lastGivenUp;
  return { ...judged, reason: { code, message: `Another message was held and did not go out: ${message}` } };
}

/** Nobody has been reached so far, whatever the run claims; when a message goes out it is judged again. */
function judgeHeld(held: number, { reason, until }: HeldBack, claim: ClaimedOutcome | undefined): Judgement {
  const what = held === 1 ? "The message is" : `All ${held} messages are`;
  const message = `${what} held until ${until} at most: ${reason.message}`;
  const reasonOfHeld = { code: "message_held", message };
  return { outcome: "none", reason: claim === "message_sent" ? reasonOfHeld : sayClaim(reasonOfHeld, claim) };
}

/** A reason why nothing was sent, with the claim if it says more. */
function sayClaim({ code, message }: Reason, claim: ClaimedOutcome | undefined): Reason {
  if (claim === undefined || claim === "none") return { code, message };
  return { code, message: `${message} The agent claimed "${claim}".` };
}

function judgeBlocked(tally: Tally, claim: ClaimedOutcome | undefined): Judgement {
  const refusal = tally.lastRefusal ?? { code: "blocked", message: "The message was refused." };
  if (claim === undefined || claim === "blocked") return { outcome: "blocked", reason: refusal };
  const message = `${refusal.message} The agent claimed "${claim}"; the journal shows only refused messages.`;
  return { outcome: "blocked", reason: { code: refusal.code, message } };
}

function overrule(outcome: Outcome, claim: ClaimedOutcome | undefined, evidence: string): Judgement {
  if (claim === undefined || claim === outcome) return { outcome };
  const message = `The agent claimed "${claim}"; the journal shows ${evidence}.`;
  return { outcome, reason: { code: "outcome_overruled", message } };
}

const summaryLength = 2_000;

/** Text for a summary: trimmed, at most 2 000 characters; undefined when nothing is left. */
export function shortenSummary(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length <= summaryLength) return trimmed === "" ? undefined : trimmed;
  // A cut through a surrogate pair would leave half a character.
  return `${trimmed.slice(0, summaryLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
