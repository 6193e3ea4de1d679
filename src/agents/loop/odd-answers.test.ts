import { afterAll, beforeAll, expect, it } from "vitest";
import { createLoopFixture, type LoopFixture } from "./run-agent.test-support.ts";

let fixture: LoopFixture;

beforeAll(async () => {
  fixture = await createLoopFixture();
});
afterAll(() => fixture.close());

it("fails, and says what to change, where the limit of output tokens left no room for a word", async () => {
  const { execution } = await fixture.play({ answers: [{ text: "", finishReason: "length" }] });
  expect(execution).toMatchObject({ status: "failed", reasonCode: "model_empty_answer" });
  expect(execution.reasonMessage).toContain("maxOutputTokens");
});

it("ends well where the model stopped by itself and had nothing to say", async () => {
  const { execution } = await fixture.play({ answers: [{ text: "" }] });
  expect(execution).toMatchObject({ status: "completed", outcome: "none" });
});

const half = "Dear Anna, your order will arrive on";

it("never sends half an answer: the model is asked once for a shorter one", async () => {
  const answers = [{ text: half, finishReason: "length" } as const, { text: "On Tuesday." }];
  const shown: string[] = [];
  const { execution, sent, model } = await fixture.play({ mode: "reply", answers, shown });
  expect(execution).toMatchObject({ status: "completed", outcome: "message_sent", reasonCode: null });
  expect(sent).toEqual(["On Tuesday."]);
  expect(shown.indexOf("discard")).toBe(2);
  const [before, told] = model.calls[1]?.messages.slice(-2) ?? [];
  expect(before).toEqual({ role: "assistant", content: half });
  expect(JSON.stringify(told)).toContain("Answer again, much shorter");
});

it("fails a reply that is cut off a second time, also with other work in between", async () => {
  const cut = { text: half, finishReason: "length" } as const;
  const echo = { toolCalls: [{ name: "echo", input: { characters: 1 } }] };
  for (const answers of [
    [cut, cut],
    [cut, echo, cut],
  ]) {
    const { execution, sent } = await fixture.play({ mode: "reply", answers });
    expect(execution).toMatchObject({ status: "failed", outcome: "none", reasonCode: "answer_cut_off" });
    expect(execution.reasonMessage).toContain("maxOutputTokens");
    expect(sent).toEqual([]);
  }
});

it("sends what stands before a call, although the answer reached its limit", async () => {
  const toolCalls = [{ name: "finish", input: { outcome: "message_sent", summary: "Told." } }];
  const answers = [{ text: "On Tuesday.", toolCalls, finishReason: "length" } as const];
  expect((await fixture.play({ mode: "reply", answers })).sent).toEqual(["On Tuesday."]);
});

it("fails a reply that the provider's filter cut off", async () => {
  const answers = [{ text: half, finishReason: "content_filter" } as const];
  const { execution, sent } = await fixture.play({ mode: "reply", answers });
  expect(execution).toMatchObject({ status: "failed", reasonCode: "model_content_filter" });
  expect(sent).toEqual([]);
});

it("records that a task's last text was cut off", async () => {
  const cut = await fixture.play({ answers: [{ text: half, finishReason: "length" }] });
  expect(cut.execution).toMatchObject({ status: "completed", outcome: "none", reasonCode: "answer_cut_off" });
  expect(cut.steps.at(-1)?.payload).toMatchObject({ output: { text: half, cutOff: true } });
  const whole = await fixture.play({ answers: [{ text: "Nothing to do." }] });
  expect(whole.execution).toMatchObject({ status: "completed", reasonCode: null });
  expect(whole.steps.at(-1)?.payload.output).toEqual({ text: "Nothing to do." });
});
