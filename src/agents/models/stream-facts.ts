import type { ModelUsage } from "./messages.ts";
import { readCount } from "./usage.ts";

/**
 * What a provider's messages say that the library keeps to itself: what was used although no answer comes of it, and
 * whether a stream reached its end. The library calls a stream that just stops finished.
 */
export interface StreamFacts {
  /** One message of the provider as it came: a piece of a stream, or a whole body. */
  read(message: unknown): void;
  /** Undefined while nothing was reported. */
  readonly usage: ModelUsage | undefined;
  /** True once the provider said how the answer ended. */
  readonly hasEnd: boolean;
}

/**
 * Understands every protocol we speak. Numbers replace earlier ones, since all of them report totals: Anthropic tells
 * the input at the beginning and the output at the end, Google repeats both in each piece.
 */
export function createStreamFacts(): StreamFacts {
  let input: number | undefined;
  let output: number | undefined;
  let hasEnd = false;
  return {
    read(message) {
      if (!isFields(message)) return;
      hasEnd ||= isEnd(message);
      const found = findUsage(message);
      if (found === undefined) return;
      input = sum(found, inputFields) ?? input;
      output = sum(found, outputFields) ?? output;
    },
    get usage() {
      if (input === undefined && output === undefined) return undefined;
      return { inputTokens: input ?? 0, outputTokens: output ?? 0 };
    },
    get hasEnd() {
      return hasEnd;
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Anthropic counts what it read from or wrote to its cache apart from the rest. */
const inputFields = [
  "input_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "prompt_tokens",
  "promptTokenCount",
];
/** Google counts thoughts apart from the answer. */
const outputFields = ["output_tokens", "completion_tokens", "candidatesTokenCount", "thoughtsTokenCount"];

/** What the messages that end a stream are called where they have a name. */
const endTypes: ReadonlySet<unknown> = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
  "message_stop",
]);

function isEnd({ type, choices, candidates, promptFeedback }: Fields): boolean {
  if (endTypes.has(type)) return true;
  const parts = [choices, candidates].flatMap((list) => (Array.isArray(list) ? list : [])).filter(isFields);
  const reasons = parts.map(({ finish_reason, finishReason }) => finish_reason ?? finishReason);
  // Google ends a stream without a candidate where it refuses the prompt.
  const refusal = isFields(promptFeedback) ? promptFeedback.blockReason : undefined;
  return [...reasons, refusal].some((reason) => typeof reason === "string");
}

function findUsage(message: Fields): Fields | undefined {
  const { response, message: begun } = message;
  const holders = [message, response, begun].filter(isFields);
  return holders.flatMap((holder) => [holder.usage, holder.usageMetadata]).find(isFields);
}

function sum(usage: Fields, names: readonly string[]): number | undefined {
  const numbers = names.map((name) => readCount(usage[name])).filter((value) => value !== undefined);
  return numbers.length === 0 ? undefined : numbers.reduce((total, value) => total + value, 0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
