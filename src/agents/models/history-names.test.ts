import { expect, it } from "vitest";
import { fitNames } from "./history-names.ts";
import type { ModelMessage } from "./messages.ts";

function turn(...calls: readonly (readonly [id: string, name: string])[]): ModelMessage[] {
  return [
    { role: "assistant", content: "", toolCalls: calls.map(([id, name]) => ({ id, name, input: {} })) },
    { role: "tool", results: calls.map(([toolCallId, name]) => ({ toolCallId, name, output: "ok" })) },
  ];
}

function pairsOf(messages: readonly ModelMessage[]): readonly string[][] {
  return messages.map((message) => {
    if (message.role === "assistant") return (message.toolCalls ?? []).map(({ id, name }) => `${id} ${name}`);
    if (message.role === "tool")
      return message.results.map(({ toolCallId, name }) => `${toolCallId} ${name}`);
    return [];
  });
}

it("leaves alone what fits", () => {
  const messages: ModelMessage[] = [
    { role: "user", content: "Go." },
    ...turn(["toolu_01-a", "send_message"], ["b", "finish"]),
    { role: "assistant", content: "Done." },
  ];
  expect(fitNames(messages)).toEqual(messages);
});

it("gives names and ids that a provider would refuse others, in calls and results alike", () => {
  const long = "n".repeat(100_000);
  const names = pairsOf(
    fitNames(turn(["", ""], ["a b", "functions.remember :)"], [long, long], ["\ud800", "é"])),
  );
  const expected = [
    "call_0_0 unnamed",
    "call_0_1 functions_remember___",
    `call_0_2 ${"n".repeat(64)}`,
    "call_0_3 _",
  ];
  expect(names).toEqual([expected, expected]);
});

it("never uses an id twice, also not in another turn", () => {
  const messages = [
    ...turn(["call_0", "x"]),
    ...turn(["call_0", "x"]),
    ...turn(["call_2_0", "y"], ["z", "y"]),
  ];
  const pairs = pairsOf(fitNames(messages));
  expect(pairs).toEqual([
    ["call_0 x"],
    ["call_0 x"],
    ["call_2_0 x"],
    ["call_2_0 x"],
    ["call_4_0 y", "z y"],
    ["call_4_0 y", "z y"],
  ]);
});
