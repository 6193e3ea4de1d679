import { expect, it } from "vitest";
import { createStreamFacts } from "./stream-facts.ts";

function read(...messages: unknown[]) {
  const facts = createStreamFacts();
  for (const message of messages) facts.read(message);
  return { usage: facts.usage, hasEnd: facts.hasEnd };
}

it.each([
  ["nothing", [undefined, "text", null, 7, {}, { usage: null }], undefined, false],
  [
    "Anthropic's beginning and end",
    [
      {
        type: "message_start",
        message: { usage: { input_tokens: 5, cache_read_input_tokens: 90, output_tokens: 1 } },
      },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 40 } },
      { type: "message_stop" },
    ],
    { inputTokens: 95, outputTokens: 40 },
    true,
  ],
  [
    "OpenAI's failed response",
    [{ type: "response.failed", response: { usage: { input_tokens: 7, output_tokens: 2 } } }],
    { inputTokens: 7, outputTokens: 2 },
    true,
  ],
  [
    "Google's thoughts, and a prompt that is refused",
    [
      { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, thoughtsTokenCount: 10 } },
      { promptFeedback: { blockReason: "SAFETY" } },
    ],
    { inputTokens: 3, outputTokens: 12 },
    true,
  ],
  ["Google without an end", [{ candidates: [{ content: {} }] }], undefined, false],
  ["a chunk with a finish reason", [{ choices: [{ finish_reason: "stop" }] }], undefined, true],
  ["only output", [{ usage: { completion_tokens: 3 } }], { inputTokens: 0, outputTokens: 3 }, false],
  ["what cannot be", [{ usage: { prompt_tokens: -3, completion_tokens: 1e40 } }], undefined, false],
  ["only input", [{ usage: { prompt_tokens: 3 } }], { inputTokens: 3, outputTokens: 0 }, false],
])("reads %s", (_name, messages, usage, hasEnd) => {
  expect(read(...messages)).toEqual({ usage, hasEnd });
});
