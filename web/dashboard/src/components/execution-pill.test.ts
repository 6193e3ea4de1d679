import { describe, expect, it } from "vitest";
import { lookOf } from "./execution-pill.tsx";

describe("an execution's look", () => {
  const held = { code: "message_held", message: "The message is held." };

  it("is that of its status until it has completed, then that of its outcome", () => {
    expect(lookOf({ status: "failed", outcome: "none", reason: held }).word).toBe("Failed");
    expect(lookOf({ status: "completed", outcome: "message_sent", reason: null })).toMatchObject({
      ...{ tone: "green", word: "Message sent" },
    });
    expect(lookOf({ status: "completed", outcome: null })).toMatchObject({ word: "Nothing done" });
  });

  it("tells what waits from what came to nothing", () => {
    expect(lookOf({ status: "completed", outcome: "none", reason: held })).toMatchObject({
      ...{ tone: "amber", word: "Message held" },
    });
    const withdrawn = { code: "canceled", message: "It was withdrawn." };
    expect(lookOf({ status: "completed", outcome: "none", reason: withdrawn }).word).toBe("Nothing done");
    expect(lookOf({ status: "completed", outcome: "goal_met", reason: held }).word).toBe("Goal met");
  });
});
