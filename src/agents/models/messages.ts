/**
 * What goes into a model call and what comes out, in words of our own: the journal stores these, so they must be plain
 * JSON and must not change with a provider or with the library that makes the call.
 */
export type ModelMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls?: readonly ModelToolCall[] }
  | { readonly role: "tool"; readonly results: readonly ModelToolResult[] };

export interface ModelToolCall {
  /** Unique within one answer. */
  readonly id: string;
  readonly name: string;
  /** The parsed arguments; the raw text where they could not be parsed. */
  readonly input: unknown;
  /** Why the call cannot be carried out: an unknown tool, or arguments that are not a JSON object. */
  readonly invalid?: string;
  /** Opaque: the provider wants it back with the call. Google's newer models refuse a history without it. */
  readonly signature?: string;
}

export interface ModelToolResult {
  readonly toolCallId: string;
  readonly name: string;
  /** JSON; a string is handed to the model as it is. */
  readonly output: unknown;
}

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of type `object`. It is told to the model; whoever runs the tool validates the input. */
  readonly inputSchema: JsonSchemaObject;
}

export type JsonSchemaObject = { readonly [key: string]: unknown };

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  /** Ends the call, down to its socket, with a `ModelError` of code `aborted`. */
  readonly signal: AbortSignal;
  /**
   * When given, the answer is streamed and each piece of text is handed over as it arrives. A repeated attempt starts
   * the text again from nothing.
   */
  readonly onText?: ((delta: string) => void) | undefined;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "other";

export interface ModelUsage {
  /** Cached ones among them. */
  readonly inputTokens: number;
  /** Reasoning among them. */
  readonly outputTokens: number;
  /** Those of the input that the provider read from its cache; absent: none, or not reported. */
  readonly cachedInputTokens?: number;
  /** Those of the output that were thought and not said; absent: none, or not reported. */
  readonly reasoningTokens?: number;
  /** Set where the provider reported no usage and the numbers are estimated from the length of the text. */
  readonly estimated?: true;
}

export interface ModelAnswer {
  readonly text: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly usage: ModelUsage;
  readonly finishReason: FinishReason;
  /** The model's name as the provider reports it, else as it was asked for. */
  readonly model: string;
  /** What was asked for and could not be passed on as it was; absent: nothing. */
  readonly warnings?: readonly string[];
}

/** One model at one provider. `call` makes exactly one request and throws nothing but `ModelError`. */
export interface Model {
  readonly provider: string;
  readonly model: string;
  call(request: ModelRequest): Promise<ModelAnswer>;
}
