import type { ModelToolCall } from "../models/index.ts";

/** About 10 000 tokens: more of one answer crowds out the rest of the work. */
const longestOutput = 40_000;

/**
 * A tool's answer as the model gets it: whole, or its beginning with a note of how much is left out. The journal keeps
 * it whole.
 */
export function cutForModel(output: unknown): unknown {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "null");
  return text.length <= longestOutput ? output : cutTextForModel(text);
}

/** A text as the model gets it back: whole, or its beginning with a note of how much is left out. */
export function cutTextForModel(text: string): string {
  if (text.length <= longestOutput) return text;
  // A cut through a surrogate pair would leave half a character.
  const kept = text.slice(0, longestOutput).replace(/[\ud800-\udbff]$/, "");
  return `${kept}\n[${text.length - kept.length} of ${text.length} characters are left out here.]`;
}

/**
 * A tool call as the model gets it back. Arguments of megabytes would fill the window of each later call, and no
 * summary takes the newest answer away.
 */
export function cutCallForModel(call: ModelToolCall): ModelToolCall {
  const { length } = typeof call.input === "string" ? call.input : (JSON.stringify(call.input) ?? "");
  if (length <= longestOutput) return call;
  return { ...call, input: { leftOut: `${length} characters of arguments` } };
}
