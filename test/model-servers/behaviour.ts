/** One way for a model server to treat one request. */
export type ModelServerBehaviour =
  | ModelServerAnswer
  /** An HTTP error with the provider's error body, or with `body` as it stands. */
  | {
      readonly status: number;
      readonly message?: string;
      /** The provider's own word for the error, where its body has a place for one. */
      readonly errorCode?: string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly retryAfter?: string | number;
    }
  /** Holds the connection open: without a byte, after the headers, or after the first piece of the text. */
  | { readonly hang: "before_headers" | "after_headers" | "after_text" }
  /**
   * Breaks the connection: before the headers, in the middle of the text or of a tool call's arguments, or ends the body
   * in the middle of the text without an end.
   */
  | { readonly cut: "before_headers" | "in_text" | "in_tool_call" | "without_end" }
  /** Breaks the connection after this many bytes of the answer's body. */
  | { readonly cutAfterBytes: number; readonly answer: ModelServerAnswer }
  /** An error inside a stream that began well; a 500 where the answer is not streamed. */
  | { readonly streamError: string; readonly errorCode: string }
  /** A body that is none of ours, sent as it stands with status 200. */
  | { readonly raw: string; readonly contentType?: string };

export interface ModelServerAnswer {
  readonly text?: string;
  /** `input` is written as JSON; `arguments` as it stands, for input that is not. */
  readonly toolCalls?: readonly {
    readonly name: string;
    /** Null leaves it out, where the protocol lets it be left out. */
    readonly id?: string | null;
    readonly input?: unknown;
    readonly arguments?: string;
    /** Google's thought signature. */
    readonly signature?: string;
  }[];
  /** Null leaves it out. Cached tokens are part of the input, reasoning tokens part of the output. */
  readonly usage?: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cachedInputTokens?: number;
    readonly reasoningTokens?: number;
  } | null;
  /** The protocol's own word. */
  readonly finishReason?: string;
  /** The answer was cut off at the limit of output tokens, in the protocol's own words. */
  readonly truncated?: boolean;
  /** The answer is sent when this resolves. */
  readonly until?: Promise<unknown>;
  /** Characters in one piece of a streamed text; default 7. */
  readonly pieceLength?: number;
  /** Streams the arguments of several tool calls in turn, and ends the last call first where the protocol can. */
  readonly interleaved?: boolean;
}

/** A tool call with everything that its renderers need. */
export interface RenderedCall {
  readonly id: string;
  /** False: the protocol's message goes out without the id. */
  readonly hasId: boolean;
  readonly name: string;
  readonly arguments: string;
  readonly signature: string | undefined;
}

export function listCalls({ toolCalls = [] }: ModelServerAnswer): readonly RenderedCall[] {
  return toolCalls.map((call, index) => ({
    id: call.id ?? `call_${index + 1}`,
    hasId: call.id !== null,
    name: call.name,
    arguments: call.arguments ?? JSON.stringify(call.input ?? {}),
    signature: call.signature,
  }));
}

export interface RenderedUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
}

/** Undefined: the answer goes out without usage. */
export function usageOf({ usage }: ModelServerAnswer): RenderedUsage | undefined {
  if (usage === null) return undefined;
  return { inputTokens: 11, outputTokens: 7, cachedInputTokens: 0, reasoningTokens: 0, ...usage };
}

export function splitText(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, i) =>
    text.slice(i * length, (i + 1) * length),
  );
}

/** Of several lists one item each in turn, until all are used up. */
export function takeInTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}
