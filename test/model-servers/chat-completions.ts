import {
  listCalls,
  type ModelServerAnswer,
  type RenderedCall,
  splitText,
  takeInTurn,
  usageOf,
} from "./behaviour.ts";
import { type Protocol, type RecordedRequest, renderEvent } from "./server.ts";

export interface ChatRequestBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly messages?: readonly {
    readonly role: string;
    readonly content?: unknown;
    readonly [key: string]: unknown;
  }[];
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly [key: string]: unknown };
  }[];
  readonly [key: string]: unknown;
}

type Request = RecordedRequest<ChatRequestBody>;

/** OpenAI's chat completions, as the many servers that follow it speak them. */
export const chatCompletions: Protocol<ChatRequestBody> = {
  basePath: "/v1",
  isCall: (path) => path === "/chat/completions",
  answerOther: (method, path) =>
    method === "GET" && path === "/v1/models"
      ? { object: "list", data: [{ id: "test-model", object: "model", owned_by: "test" }] }
      : undefined,
  isStream: ({ body }) => body?.stream === true,
  renderWhole(answer, request) {
    const calls = listCalls(answer);
    const text = answer.text ?? "";
    const content = text === "" && calls.length > 0 ? null : text;
    const toolCalls = calls.length === 0 ? {} : { tool_calls: calls.map(renderCall) };
    const message = { role: "assistant", content, ...toolCalls };
    return {
      ...envelope(request, "chat.completion"),
      choices: [{ index: 0, message, finish_reason: finishReasonOf(answer) }],
      ...renderUsage(answer),
    };
  },
  renderStream(answer, request) {
    const chunk = (delta: object, finishReason: string | null = null) =>
      renderEvent({
        ...envelope(request, "chat.completion.chunk"),
        choices: [{ index: 0, delta, finish_reason: finishReason }],
      });
    const texts = splitText(answer.text ?? "", answer.pieceLength ?? 7);
    const calls = listCalls(answer).map((call, index) => {
      // As the real API does it: the name first, the arguments in pieces.
      const { function: named, ...rest } = renderCall(call);
      const beginning = { tool_calls: [{ index, ...rest, function: { ...named, arguments: "" } }] };
      const pieces = splitText(call.arguments, 9).map((piece) => ({
        tool_calls: [{ index, function: { arguments: piece } }],
      }));
      return [beginning, ...pieces].map((delta) => chunk(delta));
    });
    const usage = renderUsage(answer);
    return [
      ...texts.map((piece) => chunk({ role: "assistant", content: piece })),
      ...(answer.interleaved ? takeInTurn(calls) : calls.flat()),
      chunk({}, finishReasonOf(answer)),
      ...("usage" in usage
        ? [renderEvent({ ...envelope(request, "chat.completion.chunk"), choices: [], ...usage })]
        : []),
      renderEvent("[DONE]"),
    ];
  },
  renderStreamError: (message, code) => renderEvent({ error: { message, type: "error", param: null, code } }),
  renderError: (_status, message, code = undefined) => ({
    error: { message, type: "error", param: null, code: code ?? null },
  }),
};

function renderCall({ id, hasId, name, arguments: args }: RenderedCall) {
  return { ...(hasId ? { id } : {}), type: "function", function: { name, arguments: args } };
}

function finishReasonOf(answer: ModelServerAnswer): string {
  if (answer.truncated) return "length";
  return answer.finishReason ?? ((answer.toolCalls ?? []).length === 0 ? "stop" : "tool_calls");
}

function renderUsage(answer: ModelServerAnswer): { readonly usage: object } | object {
  const usage = usageOf(answer);
  if (usage === undefined) return {};
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  return {
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      ...(cachedInputTokens > 0 ? { prompt_tokens_details: { cached_tokens: cachedInputTokens } } : {}),
      ...(reasoningTokens > 0 ? { completion_tokens_details: { reasoning_tokens: reasoningTokens } } : {}),
    },
  };
}

function envelope(request: Request, object: string): object {
  return { id: "chatcmpl-1", object, created: 1_700_000_000, model: request.body?.model ?? "test-model" };
}
