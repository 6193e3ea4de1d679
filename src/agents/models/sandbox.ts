import { setImmediate as nextTurn } from "node:timers/promises";
import { ModelError } from "./errors.ts";
import type { Model, ModelAnswer, ModelRequest, ModelToolCall } from "./messages.ts";
import { chooseSandboxMove } from "./sandbox-rules.ts";
import { estimateUsage } from "./usage.ts";

/**
 * The built-in stand-in for a model: fixed rules, no network, the same answer to the same request, and every text says
 * that it is the sandbox. With `onText` the text comes word by word.
 */
export function createSandboxModel(modelName: string): Model {
  return { provider: "sandbox", model: modelName, call: (request) => answer(modelName, request) };
}

async function answer(modelName: string, request: ModelRequest): Promise<ModelAnswer> {
  throwIfAborted(request.signal);
  const move = chooseSandboxMove(request);
  const text = move.kind === "say" ? move.text : "";
  const toolCalls: ModelToolCall[] =
    move.kind === "call"
      ? [{ id: `sandbox_${countCalls(request) + 1}`, name: move.tool, input: move.input }]
      : [];
  for (const piece of request.onText === undefined ? [] : text.split(/(?<=\s)/)) {
    request.onText?.(piece);
    // Lets other work run between the pieces, as a real stream does.
    await nextTurn();
    throwIfAborted(request.signal);
  }
  const { inputTokens, outputTokens } = estimateUsage(request.messages, text, toolCalls);
  return {
    text,
    toolCalls,
    usage: { inputTokens, outputTokens },
    finishReason: toolCalls.length === 0 ? "stop" : "tool_calls",
    model: modelName,
  };
}

function countCalls(request: ModelRequest): number {
  return request.messages.reduce(
    (count, message) => count + (message.role === "assistant" ? (message.toolCalls?.length ?? 0) : 0),
    0,
  );
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ModelError("aborted", "The model call was aborted.");
}
