import { listCalls, type ModelServerAnswer, splitText, usageOf } from "./behaviour.ts";
import { type Protocol, type RecordedRequest, renderEvent } from "./server.ts";

export interface GeminiRequestBody {
  readonly systemInstruction?: { readonly parts: readonly { readonly text: string }[] };
  readonly contents?: readonly {
    readonly role: string;
    readonly parts: readonly { readonly [key: string]: unknown }[];
  }[];
  readonly tools?: unknown;
  readonly generationConfig?: { readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

type Request = RecordedRequest<GeminiRequestBody>;

/** Google's Gemini API: generateContent and streamGenerateContent. */
export const googleGemini: Protocol<GeminiRequestBody> = {
  basePath: "/v1beta",
  isCall: (path) => /^\/models\/[^/:]+:(generateContent|streamGenerateContent\?alt=sse)$/.test(path),
  answerOther: (method, path) =>
    method === "GET" && path === "/v1beta/models?pageSize=1000"
      ? {
          models: [
            { name: "models/test-model", supportedGenerationMethods: ["generateContent", "countTokens"] },
            { name: "models/test-embedding", supportedGenerationMethods: ["embedContent"] },
          ],
        }
      : undefined,
  isStream: ({ path }) => path.includes(":streamGenerateContent"),
  renderWhole: (answer, request) =>
    renderResponse(request, {
      parts: [...(answer.text === undefined ? [] : [{ text: answer.text }]), ...renderCalls(answer)],
      answer,
      isLast: true,
    }),
  renderStream(answer, request) {
    // Calls come whole: the real API does not cut their arguments.
    const parts: object[] = [
      ...splitText(answer.text ?? "", answer.pieceLength ?? 7).map((text) => ({ text })),
      ...renderCalls(answer),
    ];
    const pieces = parts.length === 0 ? [[]] : parts.map((part) => [part]);
    return pieces.map((piece, index) =>
      renderEvent(renderResponse(request, { parts: piece, answer, isLast: index === pieces.length - 1 })),
    );
  },
  renderStreamError: (message, status) => renderEvent({ error: { code: 503, message, status } }),
  renderError: (status, message, name = undefined) => ({
    error: { code: status, message, status: name ?? "UNKNOWN" },
  }),
};

function renderCalls(answer: ModelServerAnswer): object[] {
  return listCalls(answer).map(({ id, hasId, name, arguments: args, signature }) => ({
    functionCall: { ...(hasId ? { id } : {}), name, args: JSON.parse(args) },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  }));
}

function renderResponse(
  request: Request,
  {
    parts,
    answer,
    isLast,
  }: { readonly parts: readonly object[]; readonly answer: ModelServerAnswer; readonly isLast: boolean },
): object {
  const usage = usageOf(answer);
  const finishReason = answer.truncated ? "MAX_TOKENS" : (answer.finishReason ?? "STOP");
  const model = /\/models\/([^/:]+):/.exec(request.path)?.[1];
  return {
    candidates: [{ content: { parts, role: "model" }, index: 0, ...(isLast ? { finishReason } : {}) }],
    ...(usage === undefined
      ? {}
      : {
          usageMetadata: {
            promptTokenCount: usage.inputTokens,
            // The running count: the end has the total.
            candidatesTokenCount: isLast ? usage.outputTokens - usage.reasoningTokens : 1,
            totalTokenCount: usage.inputTokens + usage.outputTokens,
            ...(usage.cachedInputTokens > 0 ? { cachedContentTokenCount: usage.cachedInputTokens } : {}),
            ...(usage.reasoningTokens > 0 ? { thoughtsTokenCount: usage.reasoningTokens } : {}),
          },
        }),
    modelVersion: model,
    responseId: "response-1",
  };
}
