import { listCalls, type ModelServerAnswer, splitText, takeInTurn, usageOf } from "./behaviour.ts";
import { type Protocol, type RecordedRequest, renderEvent } from "./server.ts";

export interface MessagesRequestBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly system?: readonly { readonly type: string; readonly text: string }[];
  readonly messages?: readonly {
    readonly role: string;
    readonly content: readonly { readonly type: string; readonly [key: string]: unknown }[];
  }[];
  readonly tools?: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

type Request = RecordedRequest<MessagesRequestBody>;

/** Anthropic's Messages API. */
export const anthropicMessages: Protocol<MessagesRequestBody> = {
  basePath: "/v1",
  isCall: (path) => path === "/messages",
  answerOther: (method, path) =>
    method === "GET" && path === "/v1/models?limit=1000"
      ? { data: [{ type: "model", id: "test-model", display_name: "Test" }], has_more: false }
      : undefined,
  findHeaderFault(headers) {
    if (headers["anthropic-version"] !== "2023-06-01") return "anthropic-version: header is required";
    return undefined;
  },
  isStream: ({ body }) => body?.stream === true,
  renderWhole: (answer, request) => ({
    ...envelope(request),
    content: [
      ...(answer.text === undefined || answer.text === "" ? [] : [{ type: "text", text: answer.text }]),
      ...listCalls(answer).map(({ id, name, arguments: args }) => ({
        type: "tool_use",
        id,
        name,
        input: parseOr(args),
      })),
    ],
    stop_reason: stopReasonOf(answer),
    stop_sequence: null,
    ...renderUsage(answer),
  }),
  renderStream(answer, request) {
    const event = (type: string, fields: object) => renderEvent({ type, ...fields }, type);
    const usage = usageOf(answer);
    const begun = {
      ...envelope(request),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: (usage?.inputTokens ?? 0) - (usage?.cachedInputTokens ?? 0),
        cache_read_input_tokens: usage?.cachedInputTokens ?? 0,
        cache_creation_input_tokens: 0,
        output_tokens: 1,
      },
    };
    const pieces = splitText(answer.text ?? "", answer.pieceLength ?? 7);
    const base = pieces.length === 0 ? 0 : 1;
    const block = (index: number, start: object, deltas: readonly object[]) => ({
      begin: event("content_block_start", { index, content_block: start }),
      deltas: deltas.map((delta) => event("content_block_delta", { index, delta })),
      end: event("content_block_stop", { index }),
    });
    const text = block(
      0,
      { type: "text", text: "" },
      pieces.map((piece) => ({ type: "text_delta", text: piece })),
    );
    const calls = listCalls(answer).map(({ id, name, arguments: args }, index) =>
      block(
        base + index,
        { type: "tool_use", id, name, input: {} },
        ["", ...splitText(args, 9)].map((piece) => ({ type: "input_json_delta", partial_json: piece })),
      ),
    );
    return [
      event("message_start", { message: begun }),
      event("ping", {}),
      ...(pieces.length === 0 ? [] : [text.begin, ...text.deltas, text.end]),
      ...(answer.interleaved
        ? [
            ...calls.map(({ begin }) => begin),
            ...takeInTurn(calls.map(({ deltas }) => deltas)),
            ...calls.toReversed().map(({ end }) => end),
          ]
        : calls.flatMap(({ begin, deltas, end }) => [begin, ...deltas, end])),
      event("message_delta", {
        delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
        usage: { output_tokens: usage?.outputTokens ?? 0 },
      }),
      event("message_stop", {}),
    ];
  },
  renderStreamError: (message, type) => renderEvent({ type: "error", error: { type, message } }, "error"),
  renderError: (status, message, type = undefined) => ({
    type: "error",
    error: { type: type ?? (status === 429 ? "rate_limit_error" : "api_error"), message },
    request_id: "req_1",
  }),
};

function stopReasonOf(answer: ModelServerAnswer): string {
  if (answer.truncated) return "max_tokens";
  return answer.finishReason ?? ((answer.toolCalls ?? []).length === 0 ? "end_turn" : "tool_use");
}

/** A whole answer's input is JSON inside JSON's own syntax: what is none cannot be written. */
function parseOr(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}

function renderUsage(answer: ModelServerAnswer): { readonly usage?: object } {
  const usage = usageOf(answer);
  if (usage === undefined) return {};
  return {
    usage: {
      input_tokens: usage.inputTokens - usage.cachedInputTokens,
      cache_read_input_tokens: usage.cachedInputTokens,
      cache_creation_input_tokens: 0,
      output_tokens: usage.outputTokens,
    },
  };
}

function envelope(request: Request): object {
  return { id: "msg_1", type: "message", role: "assistant", model: request.body?.model ?? "test-model" };
}
