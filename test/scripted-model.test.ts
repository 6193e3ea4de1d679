import { expect, it } from "vitest";
import type { ModelMessage, ModelRequest } from "../src/agents/models/index.ts";
import { createScriptedModel } from "./scripted-model.ts";

function ask(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [{ role: "user", content: "Hi" }],
    tools: [],
    signal: new AbortController().signal,
    ...changes,
  };
}

it("plays its answers in order and throws beyond the end", async () => {
  const model = createScriptedModel([{ text: "One" }]);
  model.play({ toolCalls: [{ name: "finish", input: { outcome: "none" } }, { name: "wait" }] });
  expect(await model.call(ask())).toEqual({
    text: "One",
    toolCalls: [],
    usage: { inputTokens: 10, outputTokens: 5 },
    finishReason: "stop",
    model: "scripted-1",
  });
  const second = await model.call(ask());
  expect(second.finishReason).toBe("tool_calls");
  expect(second.toolCalls).toEqual([
    { id: "call_2_1", name: "finish", input: { outcome: "none" } },
    { id: "call_2_2", name: "wait", input: {} },
  ]);
  await expect(model.call(ask())).rejects.toThrow("The scripted model has no answer left for call 3.");
});

it("records the messages as they were at the call", async () => {
  const model = createScriptedModel((request, index) => ({ text: `${index}: ${request.messages.length}` }));
  const messages: ModelMessage[] = [{ role: "user", content: "Hi" }];
  await model.call(ask({ messages }));
  messages.push({ role: "assistant", content: "0: 1" });
  expect((await model.call(ask({ messages }))).text).toBe("1: 2");
  expect(model.calls.map((call) => call.messages.length)).toEqual([1, 2]);
});

it("waits for its gate and hands text over in pieces", async () => {
  const gate = Promise.withResolvers<void>();
  const model = createScriptedModel([{ text: "Good morning", until: gate.promise }]);
  const pieces: string[] = [];
  const pending = model.call(ask({ onText: (piece) => pieces.push(piece) }));
  await model.waitForCalls(1);
  expect(pieces).toEqual([]);
  gate.resolve();
  await pending;
  expect(pieces).toEqual(["Good m", "orning"]);
});

it("fails as told, and ends a hang or a wait when aborted", async () => {
  const model = createScriptedModel([
    { fail: new Error("as told") },
    { hang: true },
    { text: "Never", until: new Promise(() => undefined) },
    { text: "Never" },
  ]);
  await expect(model.call(ask())).rejects.toThrow("as told");
  for (const count of [2, 3]) {
    const abort = new AbortController();
    const outcome = expect(model.call(ask({ signal: abort.signal }))).rejects.toMatchObject({
      code: "aborted",
    });
    await model.waitForCalls(count);
    abort.abort();
    await outcome;
  }
  await expect(model.call(ask({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: "aborted" });
});
