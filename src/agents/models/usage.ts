import type { ModelMessage, ModelToolCall, ModelUsage } from "./messages.ts";
import { estimateTokens } from "./rules.ts";

/** No call of any model is near this; a server that says more has no count that a budget may be charged with. */
const mostTokens = 100_000_000;

/** A number of tokens as a server reports it, as a whole number; undefined for what cannot be one. */
export function readCount(value: unknown): number | undefined {
  if (typeof value !== "number" || !(value >= 0 && value <= mostTokens)) return undefined;
  return Math.ceil(value);
}

/** What the library says of the usage. */
export interface SdkUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly inputTokenDetails?: { readonly cacheReadTokens: number | undefined } | undefined;
  readonly outputTokenDetails?: { readonly reasoningTokens: number | undefined } | undefined;
}

/**
 * The reported usage, or an estimate where the provider left it out or reports what cannot be: no call may look free.
 * Nothing is asked in no tokens, so a prompt of 0 counts as left out.
 */
export function readUsage(
  { inputTokens, outputTokens, inputTokenDetails, outputTokenDetails }: SdkUsage,
  messages: readonly ModelMessage[],
  text: string,
  toolCalls: readonly ModelToolCall[],
): ModelUsage {
  const input = readCount(inputTokens) ?? 0;
  const output = readCount(outputTokens);
  if (input === 0 || output === undefined) return estimateUsage(messages, text, toolCalls);
  const cached = Math.min(readCount(inputTokenDetails?.cacheReadTokens) ?? 0, input);
  const reasoning = Math.min(readCount(outputTokenDetails?.reasoningTokens) ?? 0, output);
  return {
    inputTokens: input,
    outputTokens: output,
    ...(cached > 0 ? { cachedInputTokens: cached } : {}),
    ...(reasoning > 0 ? { reasoningTokens: reasoning } : {}),
  };
}

/** Usage counted from the length of what was said. Deterministic. */
export function estimateUsage(
  messages: readonly ModelMessage[],
  text: string,
  toolCalls: readonly ModelToolCall[],
): ModelUsage {
  const said = text.length + (toolCalls.length === 0 ? 0 : JSON.stringify(toolCalls).length);
  return {
    inputTokens: estimateTokens(JSON.stringify(messages).length),
    outputTokens: estimateTokens(said),
    estimated: true,
  };
}
