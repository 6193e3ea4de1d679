import {
  listCalls,
  type ModelServerAnswer,
  type RenderedCall,
  splitText,
  takeInTurn,
  usageOf,
} from "./behaviour.ts";
import { type Protocol, type RecordedRequest, renderEvent } from "./server.ts";

export interface ResponsesRequestBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly store?: boolean;
  readonly input?: readonly {
    readonly role?: string;
    readonly type?: string;
    readonly [key: string]: unknown;
  }[];
  readonly tools?: readonly {
    readonly type: string;
    readonly name: string;
    readonly [key: string]: unknown;
  }[];
  readonly [key: string]: unknown;
}

type Request = RecordedRequest<ResponsesRequestBody>;

/** OpenAI's Responses API, which the library's OpenAI models use. */
export const openaiResponses: Protocol<ResponsesRequestBody> = {
  basePath: "/v1",
  isCall: (path) => path === "/responses",
  answerOther: (method, path) =>
    method === "GET" && path === "/v1/models"
      ? { object: "list", data: [{ id: "test-model", object: "model", owned_by: "test" }] }
      : undefined,
  isStream: ({ body }) => body?.stream === true,
  renderWhole: (answer, request) => ({
    ...envelope(answer, request),
    output: [
      ...(answer.text === undefined || answer.text === "" ? [] : [renderMessage(answer.text, "completed")]),
      ...listCalls(answer).map((call) => renderCall(call, "completed")),
    ],
  }),
  renderStream(answer, request) {
    let sequence = 0;
    const event = (type: string, fields: object) => {
      sequence += 1;
      return renderEvent({ type, sequence_number: sequence, ...fields }, type);
    };
    const begun = { ...envelope({ usage: null }, request), status: "in_progress", output: [] };
    const pieces = splitText(answer.text ?? "", answer.pieceLength ?? 7);
    const base = pieces.length === 0 ? 0 : 1;
    const text = {
      output_index: 0,
      item_id: "msg_1",
      content_index: 0,
    };
    const events = [
      event("response.created", { response: begun }),
      event("response.in_progress", { response: begun }),
    ];
    if (pieces.length > 0) {
      events.push(
        event("response.output_item.added", { output_index: 0, item: renderMessage("", "in_progress") }),
        event("response.content_part.added", {
          ...text,
          part: { type: "output_text", text: "", annotations: [] },
        }),
        ...pieces.map((delta) => event("response.output_text.delta", { ...text, delta })),
        event("response.output_text.done", { ...text, text: answer.text }),
        event("response.output_item.done", {
          output_index: 0,
          item: renderMessage(answer.text ?? "", "completed"),
        }),
      );
    }
    const calls = listCalls(answer).map((call, index) => {
      const place = { output_index: base + index };
      const { id } = renderCall(call, "completed");
      return {
        begin: event("response.output_item.added", {
          ...place,
          item: { ...renderCall(call, "in_progress"), arguments: "" },
        }),
        deltas: splitText(call.arguments, 9).map((delta) =>
          event("response.function_call_arguments.delta", { ...place, item_id: id, delta }),
        ),
        end: [
          event("response.function_call_arguments.done", {
            ...place,
            item_id: id,
            arguments: call.arguments,
          }),
          event("response.output_item.done", { ...place, item: renderCall(call, "completed") }),
        ],
      };
    });
    if (answer.interleaved) {
      events.push(
        ...calls.map(({ begin }) => begin),
        ...takeInTurn(calls.map(({ deltas }) => deltas)),
        ...calls.toReversed().flatMap(({ end }) => end),
      );
    } else events.push(...calls.flatMap(({ begin, deltas, end }) => [begin, ...deltas, ...end]));
    const whole = openaiResponses.renderWhole(answer, request);
    const type = isIncomplete(answer) ? "response.incomplete" : "response.completed";
    return [...events, event(type, { response: whole })];
  },
  renderStreamError: (message, code) =>
    renderEvent({ type: "error", sequence_number: 99, code, message, param: null }, "error"),
  renderError: (_status, message, code = undefined) => ({
    error: { message, type: "error", param: null, code: code ?? null },
  }),
};

function renderMessage(text: string, status: string) {
  const content = status === "completed" ? [{ type: "output_text", text, annotations: [] }] : [];
  return { type: "message", id: "msg_1", status, role: "assistant", content };
}

function renderCall({ id, name, arguments: args }: RenderedCall, status: string) {
  return { type: "function_call", id: `fc_${id}`, call_id: id, name, arguments: args, status };
}

function incompleteReasonOf(answer: ModelServerAnswer): string | undefined {
  return answer.truncated ? "max_output_tokens" : answer.finishReason;
}

function isIncomplete(answer: ModelServerAnswer): boolean {
  return incompleteReasonOf(answer) !== undefined;
}

function envelope(answer: ModelServerAnswer, request: Request): object {
  const usage = usageOf(answer);
  const reason = incompleteReasonOf(answer);
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    status: reason === undefined ? "completed" : "incomplete",
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    model: request.body?.model ?? "test-model",
    usage:
      usage === undefined
        ? null
        : {
            input_tokens: usage.inputTokens,
            input_tokens_details: { cached_tokens: usage.cachedInputTokens },
            output_tokens: usage.outputTokens,
            output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
            total_tokens: usage.inputTokens + usage.outputTokens,
          },
  };
}
