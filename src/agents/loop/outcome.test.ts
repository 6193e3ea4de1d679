import { describe, expect, it } from "vitest";
import {
  type ClaimedOutcome,
  emptyTally,
  judgeOutcome,
  judgeOutcomeAgain,
  shortenSummary,
  type Tally,
} from "./outcome.ts";

const refusal = { code: "contact_opted_out", message: "The contact does not want messages." };
const sent: Tally = { ...emptyTally, accepted: 1 };
const refused: Tally = { ...emptyTally, refused: 1, lastRefusal: refusal };
const changed: Tally = { ...emptyTally, changes: 1 };
const answered: Tally = { ...emptyTally, answered: 1 };

const waits = { code: "workspace_frozen", message: "The workspace is frozen: nothing is sent." };
const held: Tally = { ...sent, held: 1, lastHeld: { reason: waits, until: "2027-03-02T09:00:00.000Z" } };

function judge(tally: Tally, claim?: ClaimedOutcome) {
  const { outcome, reason } = judgeOutcome(tally, claim);
  return [outcome, reason?.code];
}

describe("judgeOutcome", () => {
  it("needs an accepted message for message_sent", () => {
    expect(judge(sent)).toEqual(["message_sent", undefined]);
    expect(judge(sent, "message_sent")).toEqual(["message_sent", undefined]);
    expect(judge({ ...sent, refused: 2, lastRefusal: refusal })).toEqual(["message_sent", undefined]);
    expect(judge(emptyTally, "message_sent")).toEqual(["none", "outcome_overruled"]);
    expect(judge(refused, "message_sent")).toEqual(["blocked", "contact_opted_out"]);
  });

  it("names both sides when a claim is overruled", () => {
    expect(judgeOutcome(emptyTally, "message_sent").reason?.message).toBe(
      'The agent claimed "message_sent"; the journal shows nothing that was done.',
    );
    expect(judgeOutcome(sent, "no_action_needed")).toMatchObject({
      outcome: "message_sent",
      reason: {
        message: 'The agent claimed "no_action_needed"; the journal shows a message that the gate accepted.',
      },
    });
    expect(judgeOutcome(refused, "goal_met").reason?.message).toContain(
      'The contact does not want messages. The agent claimed "goal_met"',
    );
  });

  it("is none while all messages wait, whatever is claimed, and says for what", () => {
    const message =
      "The message is held until 2027-03-02T09:00:00.000Z at most: The workspace is frozen: nothing is sent.";
    for (const claim of [undefined, "message_sent", "none"] as const)
      expect(judgeOutcome(held, claim)).toEqual({
        outcome: "none",
        reason: { code: "message_held", message },
      });
    for (const claim of ["goal_met", "no_action_needed", "blocked"] as const)
      expect(judgeOutcome({ ...held, changes: 1 }, claim)).toEqual({
        outcome: "none",
        reason: { code: "message_held", message: `${message} The agent claimed "${claim}".` },
      });
    expect(judgeOutcome({ ...held, accepted: 2, held: 2 }, undefined).reason?.message).toContain(
      "All 2 messages are held until",
    );
    expect(judge({ ...held, refused: 1, lastRefusal: refusal })).toEqual(["none", "message_held"]);
    expect(judgeOutcome({ ...held, accepted: 2 }, "goal_met")).toEqual({ outcome: "goal_met" });
  });

  it("is blocked when every message was refused, with the gate's reason", () => {
    expect(judgeOutcome(refused, undefined)).toEqual({ outcome: "blocked", reason: refusal });
    expect(judgeOutcome(refused, "blocked")).toEqual({ outcome: "blocked", reason: refusal });
    expect(judge(emptyTally, "blocked")).toEqual(["none", "outcome_overruled"]);
  });

  it("never shows an execution that did nothing as a success", () => {
    expect(judge(emptyTally, "goal_met")).toEqual(["none", "outcome_overruled"]);
    expect(judge(changed, "goal_met")).toEqual(["goal_met", undefined]);
    expect(judge(answered, "goal_met")).toEqual(["goal_met", undefined]);
    expect(judge(answered)).toEqual(["none", undefined]);
    expect(judge(answered, "message_sent")).toEqual(["none", "outcome_overruled"]);
    expect(judge(sent, "goal_met")).toEqual(["goal_met", undefined]);
    expect(judge(emptyTally)).toEqual(["none", undefined]);
    expect(judge(emptyTally, "none")).toEqual(["none", undefined]);
    expect(judge(emptyTally, "no_action_needed")).toEqual(["no_action_needed", undefined]);
  });
});

describe("judgeOutcomeAgain", () => {
  const canceled = { code: "canceled", message: "What it belonged to was cancelled." };
  const completed = { status: "completed", outcome: "none", reason: waits } as const;

  it("judges a run that completed as if it had known", () => {
    expect(judgeOutcomeAgain(completed, sent, "message_sent")).toEqual({ outcome: "message_sent" });
    expect(judgeOutcomeAgain(completed, sent, "goal_met")).toEqual({ outcome: "goal_met" });
    expect(judgeOutcomeAgain(completed, sent, "none")).toMatchObject({
      ...{ outcome: "message_sent", reason: { code: "outcome_overruled" } },
    });
    expect(judgeOutcomeAgain(completed, refused, undefined)).toEqual({ outcome: "blocked", reason: refusal });
    expect(judgeOutcomeAgain(completed, held, undefined).reason?.code).toBe("message_held");
  });

  it("is none with the reason when what was held was withdrawn, with the claim if it says more", () => {
    const withdrawn = { ...emptyTally, lastGivenUp: canceled };
    for (const claim of [undefined, "none"] as const)
      expect(judgeOutcomeAgain(completed, withdrawn, claim)).toEqual({ outcome: "none", reason: canceled });
    expect(judgeOutcomeAgain(completed, withdrawn, "message_sent").reason).toEqual({
      code: "canceled",
      message: 'What it belonged to was cancelled. The agent claimed "message_sent".',
    });
  });

  it("tells of what was given up beside what was sent, where nothing else is to be said", () => {
    const both = { ...sent, lastGivenUp: canceled };
    expect(judgeOutcomeAgain(completed, both, "goal_met")).toEqual({
      outcome: "goal_met",
      reason: {
        code: "canceled",
        message: "Another message was held and did not go out: What it belonged to was cancelled.",
      },
    });
    expect(judgeOutcomeAgain(completed, both, "none").reason?.code).toBe("outcome_overruled");
  });

  it("leaves the reason of a failure, and outcomes that no message makes", () => {
    const reason = { code: "model_network", message: "The model was out of reach." };
    const failed = { status: "failed", outcome: "none", reason } as const;
    expect(judgeOutcomeAgain(failed, sent, undefined)).toEqual({ outcome: "message_sent", reason });
    const stopped = { ...failed, status: "canceled" } as const;
    expect(judgeOutcomeAgain(stopped, sent, "goal_met")).toEqual({ outcome: "message_sent", reason });
    expect(judgeOutcomeAgain(stopped, refused, undefined)).toEqual({ outcome: "blocked", reason });
    expect(judgeOutcomeAgain(stopped, held, undefined)).toEqual({ outcome: "none", reason });
    expect(judgeOutcomeAgain(failed, refused, undefined)).toEqual({ outcome: "blocked", reason });
    const cutOff = { status: "failed", outcome: "limit_reached", reason } as const;
    expect(judgeOutcomeAgain(cutOff, sent, undefined)).toEqual({ outcome: "limit_reached", reason });
  });
});

describe("shortenSummary", () => {
  it("keeps short text and drops empty text", () => {
    expect(shortenSummary("  done \n")).toBe("done");
    expect(shortenSummary(" \n ")).toBeUndefined();
  });

  it("never leaves half a character", () => {
    const cut = shortenSummary(`${"a".repeat(1_998)}😀${"b".repeat(100)}`) ?? "";
    expect(cut.isWellFormed()).toBe(true);
    expect(cut).toBe(`${"a".repeat(1_998)}…`);
    expect(shortenSummary("c".repeat(2_000))).toBe("c".repeat(2_000));
  });
});
