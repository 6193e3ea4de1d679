import { jsonSchema, type ModelMessage as SdkMessage, type ToolSet, tool } from "ai";
import { isNestedDeeper } from "../../base/nesting.ts";
import { shorten } from "../../base/text.ts";
import { fitNames } from "./history-names.ts";
import type { HttpProviderKind } from "./kinds.ts";
import type { FinishReason, ModelMessage, ModelTool, ModelToolCall } from "./messages.ts";
import { renderSection } from "./prompt-sections.ts";

/** Our messages in the library's form. */
export function toSdkMessages(messages: readonly ModelMessage[], kind: HttpProviderKind): SdkMessage[] {
  const said = messages.findIndex(({ role }) => role !== "system");
  return fitNames(messages).map((message, index) =>
    toSdkMessage(index > said && said >= 0 ? moveSystemText(message, kind) : message),
  );
}

/** Anthropic and Google take system messages only before all others; a later one becomes a note to the model. */
function moveSystemText(message: ModelMessage, kind: HttpProviderKind): ModelMessage {
  const isTaken = kind === "openai" || kind === "openai_compatible";
  if (isTaken || message.role !== "system") return message;
  return { role: "user", content: renderSection("note", message.content) };
}

function toSdkMessage(message: ModelMessage): SdkMessage {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.content };
    case "assistant": {
      const calls = message.toolCalls ?? [];
      if (calls.length === 0) return { role: "assistant", content: message.content };
      return {
        role: "assistant",
        content: [
          ...(message.content === "" ? [] : [{ type: "text" as const, text: message.content }]),
          ...calls.map((call) => ({
            type: "tool-call" as const,
            toolCallId: call.id,
            toolName: call.name,
            input: toArguments(call.input),
            ...(call.signature === undefined
              ? {}
              : { providerOptions: { google: { thoughtSignature: call.signature } } }),
          })),
        ],
      };
    }
    case "tool":
      return {
        role: "tool",
        content: message.results.map((result) => ({
          type: "tool-result" as const,
          toolCallId: result.toolCallId,
          toolName: result.name,
          output: { type: "text" as const, value: toResultText(result.output) },
        })),
      };
  }
}

/** Servers refuse a history whose arguments are not an object, as the model's own faulty calls may be. */
function toArguments(input: unknown): unknown {
  return isJsonObject(input) ? input : { invalidArguments: input ?? null };
}

function toResultText(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output ?? null);
}

/** Our tools in the library's form, without `execute`: running them is the engine's business. */
export function toSdkTools(tools: readonly ModelTool[], kind: HttpProviderKind): ToolSet {
  // OpenAI's Responses API would make every optional argument a required one where this is left out.
  const strictness = kind === "openai" ? { strict: false } : {};
  return Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      tool({ description, inputSchema: jsonSchema<unknown>(inputSchema), ...strictness }),
    ]),
  );
}

/** What the library says of one tool call; `invalid` and `error` where it could not make sense of it. */
export interface SdkToolCall {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: unknown;
  readonly invalid?: boolean | undefined;
  readonly error?: unknown;
  readonly providerMetadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** Names of tools are much shorter; a longer one is a model's or a server's nonsense and need not be kept whole. */
const longestName = 200;

/** The answer's tool calls. Their ids are distinct already: see `separateCalls`. */
export function readToolCalls(
  calls: readonly SdkToolCall[],
  tools: readonly ModelTool[],
  finishReason: FinishReason,
): ModelToolCall[] {
  return calls.map((call) => {
    const tooDeep = isNestedDeeper(call.input, deepestInput);
    const invalid = tooDeep ? nestedTooDeeply : findFault(call, tools, finishReason);
    // Under the provider's own name: Google's models also stand behind servers that follow OpenAI.
    const signature = Object.values(call.providerMetadata ?? {}).map((own) => own.thoughtSignature)[0];
    return {
      id: call.toolCallId,
      name: shorten(call.toolName, longestName),
      input: tooDeep ? null : (call.input ?? null),
      ...(invalid === undefined ? {} : { invalid }),
      ...(typeof signature === "string" ? { signature } : {}),
    };
  });
}

/** In the order in which the calls began: those that are streamed side by side end in any order. */
export function sortByBeginning(calls: readonly SdkToolCall[], begun: readonly string[]): SdkToolCall[] {
  // A search in the list for each comparison blocked the process for 1.6 s with an answer of 3000 calls.
  const places = new Map<string, number>();
  for (const id of begun) places.set(id, places.size);
  const place = ({ toolCallId }: SdkToolCall) => places.get(toolCallId) ?? places.size;
  return calls.toSorted((left, right) => place(left) - place(right));
}

function findFault(
  call: SdkToolCall,
  tools: readonly ModelTool[],
  finishReason: FinishReason,
): string | undefined {
  if (!tools.some((known) => known.name === call.toolName)) {
    const names = tools.map((known) => known.name).join(", ");
    return `There is no tool "${shorten(call.toolName, longestName)}". ${names === "" ? "There are no tools." : `The tools are: ${names}.`}`;
  }
  if (call.invalid && finishReason === "length") {
    return "The arguments are incomplete: the answer reached its limit of output tokens. Write less at once.";
  }
  if (call.invalid) return `The arguments cannot be read: ${shorten(findFirstCause(call.error), 300)}`;
  if (!isJsonObject(call.input)) return "The arguments must be a JSON object.";
  return undefined;
}

/** No tool has arguments like these, and writing thousands of levels as JSON overflows the stack. */
const deepestInput = 100;
const nestedTooDeeply = `The arguments are nested more than ${deepestInput} levels deep.`;

function findFirstCause(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost instanceof Error ? innermost.message : "they are not JSON";
}

function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The library's word for how the answer ended, in ours. */
export function readFinishReason(reason: string): FinishReason {
  switch (reason) {
    case "stop":
    case "length":
      return reason;
    case "tool-calls":
      return "tool_calls";
    case "content-filter":
      return "content_filter";
    default:
      return "other";
  }
}
