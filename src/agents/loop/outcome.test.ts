import { describe, expect, it } from "vitest";
import { type ClaimedOutcome, emptyTally, judgeOutcome, shortenSummary, type Tally } from "./outcome.ts";

const refusal = { code: "contact_opted_out", message: "The contact does not want messages." };
const sent: Tally = { ...emptyTally, accepted: 1 };
const refused: Tally = { ...emptyTally, refused: 1, lastRefusal: refusal };
const changed: Tally = { ...emptyTally, changes: 1 };
const answered: Tally = { ...emptyTally, answered: 1 };

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

  it("says of a run whose messages all wait that they do", () => {
    const reason = { code: "workspace_frozen", message: "The workspace is frozen: nothing is sent." };
    const lastHeld = { reason, until: "2027-03-02T09:00:00.000Z" };
    const held: Tally = { ...sent, held: 1, lastHeld };
    const message =
      "The message was held when written, until 2027-03-02T09:00:00.000Z at most: The workspace is frozen: nothing is sent.";
    expect(judgeOutcome(held, "message_sent")).toEqual({
      outcome: "message_sent",
      reason: { code: "message_held", message },
    });
    expect(judgeOutcome(held, "no_action_needed").reason).toMatchObject({
      code: "outcome_overruled",
      message: expect.stringContaining(message),
    });
    expect(judgeOutcome({ ...held, accepted: 2 }, "goal_met")).toEqual({ outcome: "goal_met" });
    expect(judgeOutcome({ ...held, accepted: 2, held: 2 }, "goal_met").reason?.message).toContain(
      "All 2 messages were held",
    );
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
