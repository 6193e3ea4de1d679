import { describe, expect, it } from "vitest";
import type { Step } from "../../../api/generated/model";
import { wordsOf } from "./step-words.ts";

const time = "2027-03-01T09:00:00.000Z";

function say(step: Pick<Step, "kind" | "name"> & Partial<Step>) {
  const { title, detail, tone, reason } = wordsOf(
    {
      ...{ seq: 1, attempt: 1, input: null, output: null, error: null, late: null },
      ...{ inputTokens: null, outputTokens: null, costUsd: null, startedAt: time, endedAt: time },
      ...step,
    },
    undefined,
  );
  return { title, ...(detail && { detail }), ...(tone !== "plain" && { tone }), ...(reason && { reason }) };
}

const reason = { code: "some", message: "Some reason." };
const tools = { tools: ["finish"] };

describe("a model call", () => {
  const model = (output: object, more: Partial<Step> = {}) =>
    say({ kind: "model", name: "gpt-5", input: tools, output, ...more });

  it("says what it answered", () => {
    const calls = [{ name: "send_message" }, { name: "finish" }];
    expect(model({ text: "", toolCalls: calls })).toEqual({
      title: "Called gpt-5: 2 tool calls",
      detail: "send_message, finish",
    });
    expect(model({ text: "Hello\n  there", toolCalls: [] })).toEqual({
      title: "Called gpt-5: wrote a text",
      detail: "Hello there",
    });
    expect(model({ text: " ", toolCalls: [], finishReason: "length" })).toEqual({
      title: "Called gpt-5: no text (length)",
      tone: "amber",
    });
  });

  it("says that it failed, also before it succeeded", () => {
    expect(model({ failed: reason }, { error: reason })).toEqual({
      title: "Called gpt-5: failed",
      tone: "red",
      reason,
    });
    expect(model({ text: "Hi", toolCalls: [], retries: [reason, reason] }).title).toBe(
      "Called gpt-5: wrote a text, after 2 failed calls",
    );
  });

  it("without tools sums up", () => {
    expect(model({ text: "So far …", toolCalls: [] }, { input: { tools: [] } }).title).toBe(
      "Called gpt-5: summed up earlier work",
    );
  });
});

describe("a message", () => {
  const message = (output: object, more: Partial<Step> = {}) =>
    say({ kind: "message", name: "send_message", input: { text: "Hello" }, output, ...more });

  it("was sent, held or refused", () => {
    expect(message({ accepted: true })).toEqual({ title: "Sent a message", detail: "Hello" });
    expect(message({ accepted: true }, { name: "reply" }).title).toBe("Sent the answer");
    expect(message({ accepted: true, held: { reason, until: time } })).toEqual({
      title: "Message held",
      detail: "Hello",
      tone: "amber",
      reason,
    });
    expect(message({ accepted: false, reason }, { error: reason })).toEqual({
      title: "Message refused",
      detail: "Hello",
      tone: "amber",
      reason,
    });
    const input = { text: "Hello", contactId: "contact_1" };
    expect(message({ accepted: true }, { input }).title).toBe("Sent a message to a contact");
  });
});

describe("what the agent does beside", () => {
  const result = (name: string, input: unknown, output: unknown = null) =>
    say({ kind: "tool_result", name, input, output });

  it.each([
    ["search_knowledge", { query: "refund" }, { output: { results: [1] } }, "Searched knowledge: 1 result"],
    [
      "search_knowledge",
      { query: "refund" },
      { output: { results: [] } },
      "Searched knowledge: nothing found",
    ],
    ["find_contacts", {}, { output: { contacts: [1, 2] } }, "Looked up contacts: 2 found"],
    ["remember", { text: "Likes mornings" }, null, "Remembered a fact"],
    ["schedule_follow_up", { instruction: "Ask again" }, null, "Arranged a follow-up"],
    ["finish", { outcome: "goal_met", summary: "Done." }, null, "Finished: goal met"],
    ["invalid_call", { name: "fly", arguments: {} }, null, "Call of fly could not be carried out"],
  ])("%s", (name, input, output, title) => {
    expect(result(name, input, output).title).toBe(title);
  });

  it("notes, waits and checkpoints", () => {
    const note = (name: string, output: unknown) => say({ kind: "note", name, output });
    expect(note("start", { agent: { name: "Mia", model: "gpt-5" } })).toEqual({
      title: "Started",
      detail: "Mia · gpt-5",
    });
    expect(note("start", { end: { status: "skipped", reason } })).toEqual({
      title: "Did not begin",
      tone: "amber",
      reason,
    });
    expect(note("text", { text: "Let me see." })).toEqual({ title: "Agent’s note", detail: "Let me see." });
    expect(note("time", "Mon 9:00")).toEqual({
      title: "Told the time",
      detail: "Mon 9:00",
      tone: "subdued",
    });
    expect(note("tools_left_out", { toolIds: ["a"] }).title).toBe("1 tool left out: deleted or disabled");
    expect(note("calls_after_finish", { notCarriedOut: ["a", "b"] }).detail).toBe("a, b");
    expect(note("context_summarised", {}).tone).toBe("subdued");
    expect(note("context_shortened", {}).tone).toBe("amber");
    expect(note("of_a_later_release", {}).title).toBe("Note: of a later release");
    expect(say({ kind: "checkpoint", name: "state" }).tone).toBe("subdued");
    expect(say({ kind: "wait", name: "wait", output: { seconds: 90 } }).title).toBe("Waited 1 min 30 s");
  });

  it("a long text is cut to one line", () => {
    const { detail = "" } = say({ kind: "note", name: "text", output: { text: "word ".repeat(500) } });
    expect(detail.length).toBeLessThan(310);
    expect(detail).toMatch(/…$/);
  });
});
