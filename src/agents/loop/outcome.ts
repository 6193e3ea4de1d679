import type { Outcome, Reason } from "../../engine/index.ts";
import type { HeldBack } from "./outgoing.ts";

/** What `finish` may claim. */
export const claimableOutcomes = ["goal_met", "message_sent", "no_action_needed", "blocked", "none"] as const;
export type ClaimedOutcome = (typeof claimableOutcomes)[number];

/** What the journal shows of a run so far. */
export interface Tally {
  /** Messages that the gate accepted. */
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
}

export const emptyTally: Tally = {
  accepted: 0,
  refused: 0,
  changes: 0,
  answered: 0,
  lastRefusal: null,
  held: 0,
  lastHeld: null,
};

interface JudgedOutcome {
  readonly outcome: Outcome;
  readonly reason?: Reason;
}

/**
 * The outcome as the journal has it: `message_sent` with an accepted message, `blocked` with only refused ones. A claim
 * stands where the journal does not contradict it; where it does, it is overruled and the reason names both. A goal is
 * met by what was sent, changed or answered by a tool of the agent's own; what was only searched or read is no work.
 */
export function judgeOutcome(tally: Tally, claim: ClaimedOutcome | undefined): JudgedOutcome {
  if (tally.accepted > 0) {
    if (claim === "goal_met") return sayHeld(tally, { outcome: "goal_met" });
    return sayHeld(tally, overrule("message_sent", claim, "a message that the gate accepted"));
  }
  if (tally.refused > 0) return judgeBlocked(tally, claim);
  // An execution that did nothing is never shown as a success.
  const hasWorked = tally.changes > 0 || tally.answered > 0;
  if (claim === "goal_met" && hasWorked) return { outcome: "goal_met" };
  if (claim === "no_action_needed") return { outcome: "no_action_needed" };
  return overrule("none", claim, hasWorked ? "no message" : "nothing that was done");
}

/** A run whose messages all had to wait says so: it is no plain success, whatever becomes of them. */
function sayHeld({ accepted, held, lastHeld }: Tally, judged: JudgedOutcome): JudgedOutcome {
  if (lastHeld === null || held < accepted) return judged;
  const what = held === 1 ? "The message was" : `All ${held} messages were`;
  const waits = `${what} held when written, until ${lastHeld.until} at most: ${lastHeld.reason.message}`;
  if (judged.reason === undefined) return { ...judged, reason: { code: "message_held", message: waits } };
  return { ...judged, reason: { ...judged.reason, message: `${judged.reason.message} ${waits}` } };
}

function judgeBlocked(tally: Tally, claim: ClaimedOutcome | undefined): JudgedOutcome {
  const refusal = tally.lastRefusal ?? { code: "blocked", message: "The message was refused." };
  if (claim === undefined || claim === "blocked") return { outcome: "blocked", reason: refusal };
  const message = `${refusal.message} The agent claimed "${claim}"; the journal shows only refused messages.`;
  return { outcome: "blocked", reason: { code: refusal.code, message } };
}

function overrule(outcome: Outcome, claim: ClaimedOutcome | undefined, evidence: string): JudgedOutcome {
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
