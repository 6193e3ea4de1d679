import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScriptedAnswer, ScriptedModel } from "../../../test/scripted-model.ts";
import { ModelError } from "../models/index.ts";
import { createLoopFixture, type LoopFixture, refusal, type Script } from "./run-agent.test-support.ts";

let fixture: LoopFixture;

beforeAll(async () => {
  fixture = await createLoopFixture();
});

afterAll(() => fixture.close());

const play = (script: Script) => fixture.play(script);

function call(name: string, input: unknown): ScriptedAnswer {
  return { toolCalls: [{ name, input }] };
}

const finish = call("finish", { outcome: "no_action_needed", summary: "Done." });

function systemText(model: ScriptedModel, index: number): string {
  const message = model.calls[index]?.messages[0];
  return message?.role === "system" ? message.content : "";
}

function lastTexts(model: ScriptedModel, index: number): string {
  return JSON.stringify(model.calls[index]?.messages.at(-1));
}

describe("an agent that goes round in circles", () => {
  it("ends before the tenth identical call in a row", async () => {
    const { execution, sent } = await play({ answers: () => call("send_message", { text: "Hello" }) });
    expect(execution).toMatchObject({
      status: "failed",
      outcome: "message_sent",
      reasonCode: "no_progress",
      iterations: 10,
      summary: "Messages: 9 accepted.",
    });
    expect(sent.length).toBe(9);
  });

  it("ends in a single answer with as many calls", async () => {
    const toolCalls = Array.from({ length: 12 }, () => ({ name: "echo", input: { characters: 1 } }));
    const { execution } = await play({ answers: [{ toolCalls }] });
    expect(execution).toMatchObject({ reasonCode: "no_progress", toolCalls: 9 });
  });

  it("may do the same again after something else", async () => {
    const { execution } = await play({
      answers: (index) => (index === 30 ? finish : call("echo", { characters: index % 9 === 0 ? 2 : 1 })),
    });
    expect(execution).toMatchObject({ status: "completed", toolCalls: 31 });
  });
});

describe("a long answer of a tool", () => {
  it("is cut for the model, which is told how much is left out, and whole in the journal", async () => {
    const { model, steps } = await play({ answers: [call("echo", { characters: 3_000_000 }), finish] });
    const told = lastTexts(model, 1);
    expect(told.length).toBeLessThan(41_000);
    expect(told).toContain("[2960011 of 3000011 characters are left out here.]");
    const step = steps.find(({ name }) => name === "echo");
    expect(JSON.stringify(step?.payload.output).length).toBeGreaterThan(3_000_000);
  });
});

describe("work that outgrows the model's context", () => {
  const notes = ["note context_summarised", "note context_shortened"];
  const kinds = (script: Awaited<ReturnType<typeof play>>) =>
    script.steps.map(({ kind, name }) => `${kind} ${name}`).filter((name) => notes.includes(name));
  const asksForSummary = (model: ScriptedModel) =>
    model.calls.flatMap(({ tools }, index) => (tools.length === 0 ? [index] : []));

  it("is summed up by the model as a step, and goes on with the summary", async () => {
    const played = await play({
      answers: (index) => {
        if (index === 0) return call("send_message", { text: "Hello Anna" });
        if (index < 9) return call("echo", { characters: 39_000 + index });
        return index === 9 ? { text: "Anna was greeted; nine echoes." } : finish;
      },
    });
    const { model, execution } = played;
    expect(execution).toMatchObject({ status: "completed", outcome: "message_sent", iterations: 11 });
    expect(kinds(played)).toEqual(["note context_summarised"]);
    expect(asksForSummary(model)).toEqual([9]);
    expect(lastTexts(model, 9)).toContain("call send_message:");
    expect(systemText(model, 10)).toContain("<progress>\nAnna was greeted; nine echoes.\n</progress>");
    expect(JSON.stringify(model.calls[10]?.messages).length).toBeLessThan(100_000);
  });

  it("loses its oldest part when the model cannot sum it up", async () => {
    const played = await play({
      answers: (index) => {
        if (index < 8) return call("echo", { characters: 39_000 + index });
        return index === 8 ? { fail: new ModelError("refused", "Too long.") } : finish;
      },
    });
    expect(played.execution).toMatchObject({ status: "completed" });
    expect(kinds(played)).toEqual(["note context_shortened"]);
    expect(systemText(played.model, 9)).toContain("entries of this work were left out to save space");
  });
});

describe("a budget without room for the next call", () => {
  it("ends the run like a limit, and keeps what was done", async () => {
    const { execution, sent, steps } = await play({
      answers: () => ({
        ...call("send_message", { text: "Hello" }),
        usage: { inputTokens: 1_000_000, outputTokens: 0 },
      }),
      modelName: "gpt-4o",
      agent: { dailyCostUsd: "2.00" },
    });
    expect(sent).toEqual(["Hello"]);
    expect(execution).toMatchObject({
      status: "failed",
      outcome: "limit_reached",
      reasonCode: "budget",
      reasonMessage: "The agent's daily budget of 2.00 US dollars is used up.",
      summary: "Messages: 1 accepted.",
    });
    expect(steps.at(-1)?.payload.error?.code).toBe("budget");
  });
});

describe("a reply that is too long for a message", () => {
  it("goes back to the model", async () => {
    const { execution, sent, model } = await play({
      mode: "reply",
      answers: [{ text: "a".repeat(100_000) }, { text: "Short." }],
    });
    expect(execution).toMatchObject({ status: "completed", outcome: "message_sent" });
    expect(sent).toEqual(["Short."]);
    expect(lastTexts(model, 1)).toContain("The answer has 100000 characters; a message has at most 10000.");
  });

  it("fails when it does not become shorter, also beside finish", async () => {
    const long = { text: "a".repeat(10_001), ...finish };
    const { execution, sent } = await play({ mode: "reply", answers: [long, long, long, long] });
    expect(execution).toMatchObject({ status: "failed", reasonCode: "answer_too_long", iterations: 4 });
    expect(sent).toEqual([]);
  });
});

describe("the preview of a reply", () => {
  it("shows the text that is sent", async () => {
    const shown: string[] = [];
    await play({ mode: "reply", answers: [{ text: "Gladly." }], shown });
    expect(shown.join("")).toBe("Gladly.");
  });

  it("is void where the text is no message, or is refused", async () => {
    const tools: string[] = [];
    const beside = { text: "Let me see.", ...call("echo", { characters: 1 }) };
    await play({ mode: "reply", answers: [beside, { text: "Yes." }], shown: tools });
    expect(tools).toEqual(["Let me", " see.", "discard", "Ye", "s."]);
    const refused: string[] = [];
    const { execution } = await play({
      mode: "reply",
      answers: [{ text: "No." }],
      refuse: [true],
      shown: refused,
    });
    expect(execution).toMatchObject({ outcome: "blocked", reasonCode: refusal.code });
    expect(refused.at(-1)).toBe("discard");
  });
});
