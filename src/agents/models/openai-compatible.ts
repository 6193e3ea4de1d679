import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, type LanguageModel, streamText } from "ai";
import { type Clock, systemClock } from "../../base/clock.ts";
import { type CallWatch, createCallWatch, type Fetch } from "./call-watch.ts";
import { ModelError } from "./errors.ts";
import { type FailureContext, toModelError } from "./failures.ts";
import type { Model, ModelAnswer, ModelRequest } from "./messages.ts";
import {
  readFinishReason,
  readToolCalls,
  readUsage,
  type SdkToolCall,
  toSdkMessages,
  toSdkTools,
} from "./sdk-messages.ts";

export interface OpenAICompatibleProvider {
  readonly kind: "openai_compatible";
  /** Up to and including the version: `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** A guarded fetch. It is not optional, so that no call goes around the address rules by omission. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Milliseconds without a byte after which a call fails with `timeout`; default 120 000. */
  readonly silenceTimeoutMs?: number | undefined;
  /** Default 20 MB. */
  readonly maxAnswerBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** A model behind any server that speaks OpenAI's chat completions. */
export function createOpenAICompatibleModel(provider: OpenAICompatibleProvider, modelName: string): Model {
  const clock = provider.clock ?? systemClock;
  const silenceTimeoutMs = provider.silenceTimeoutMs ?? 120_000;
  const maxAnswerBytes = provider.maxAnswerBytes ?? 20_000_000;
  const apiKey = provider.apiKey || undefined;
  const origin = URL.parse(provider.baseUrl)?.origin;

  async function call(request: ModelRequest): Promise<ModelAnswer> {
    if (origin === undefined) {
      throw new ModelError("refused", "The base URL is not a URL such as https://api.example.com/v1.");
    }
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
      throw new ModelError(
        "unauthorized",
        "The API key contains characters that cannot be sent in a header.",
      );
    }
    const watch = createCallWatch({ signal: request.signal, clock, silenceTimeoutMs, maxAnswerBytes });
    const describeFailure = (error: unknown) => {
      const context: FailureContext = {
        stopped: watch.stopped,
        now: clock.now(),
        origin,
        apiKey,
        silenceTimeoutMs,
        maxAnswerBytes,
      };
      return toModelError(error, context);
    };
    try {
      if (watch.stopped !== undefined) throw describeFailure(undefined);
      const sdkModel = createOpenAICompatible({
        name: "openaiCompatible",
        baseURL: provider.baseUrl,
        includeUsage: true,
        fetch: watch.watchFetch(asFetch(provider.fetch)),
        ...(apiKey === undefined ? {} : { apiKey }),
      }).chatModel(modelName);
      return request.onText === undefined
        ? await callWhole(sdkModel, request, watch, describeFailure)
        : await callStreaming(sdkModel, request, request.onText, watch, describeFailure);
    } finally {
      watch.end();
    }
  }

  return { provider: "openai_compatible", model: modelName, call };
}

type DescribeFailure = (error: unknown) => ModelError;

/** The settings both ways of calling share: one request, no repeats, no tool run by the library. */
function toSdkCall(model: LanguageModel, request: ModelRequest, watch: CallWatch) {
  return {
    model,
    messages: toSdkMessages(request.messages),
    allowSystemInMessages: true,
    tools: toSdkTools(request.tools),
    stopWhen: isStepCount(1),
    maxRetries: 0,
    abortSignal: watch.signal,
    ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
  };
}

async function callWhole(
  model: LanguageModel,
  request: ModelRequest,
  watch: CallWatch,
  describeFailure: DescribeFailure,
): Promise<ModelAnswer> {
  try {
    const result = await generateText(toSdkCall(model, request, watch));
    return assembleAnswer(request, {
      text: result.text,
      toolCalls: result.toolCalls,
      usage: result.usage,
      finishReason: result.finishReason,
      model: result.response.modelId,
    });
  } catch (error) {
    throw describeFailure(error);
  }
}

async function callStreaming(
  model: LanguageModel,
  request: ModelRequest,
  onText: (delta: string) => void,
  watch: CallWatch,
  describeFailure: DescribeFailure,
): Promise<ModelAnswer> {
  const iterator = openStream(model, request, watch)[Symbol.asyncIterator]();
  const toolCalls: SdkToolCall[] = [];
  let text = "";
  let usage: Usage = { inputTokens: undefined, outputTokens: undefined };
  let finishReason = "";
  let modelId = "";
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        throw describeFailure(error);
      });
      if (next.done) break;
      const part = next.value;
      if (part.type === "text-delta") {
        text += part.text;
        // Outside any catch of ours: what the receiver throws is the receiver's own error.
        onText(part.text);
      } else if (part.type === "tool-call") toolCalls.push(part);
      else if (part.type === "error") throw describeFailure(part.error);
      else if (part.type === "abort") throw describeFailure(undefined);
      else if (part.type === "finish-step") {
        usage = part.usage;
        finishReason = part.finishReason;
        modelId = part.response.modelId;
      }
    }
  } catch (error) {
    watch.stop("dropped");
    throw error;
  }
  if (finishReason === "")
    throw new ModelError("bad_answer", "The stream ended without an answer.", { retryable: true });
  return assembleAnswer(request, { text, toolCalls, usage, finishReason, model: modelId });
}

function openStream(model: LanguageModel, request: ModelRequest, watch: CallWatch) {
  // Errors come as parts of the stream; the library's default would also print them.
  return streamText({ ...toSdkCall(model, request, watch), onError: () => undefined }).stream;
}

interface Usage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

interface SdkAnswer {
  readonly text: string;
  readonly toolCalls: readonly SdkToolCall[];
  readonly usage: Usage;
  readonly finishReason: string;
  readonly model: string;
}

function assembleAnswer(request: ModelRequest, answer: SdkAnswer): ModelAnswer {
  const toolCalls = readToolCalls(answer.toolCalls, request.tools);
  return {
    text: answer.text,
    toolCalls,
    usage: readUsage(answer.usage, request.messages, answer.text, toolCalls),
    finishReason: readFinishReason(answer.finishReason),
    model: answer.model,
  };
}

/** The library's type of fetch also allows a `Request`, which it never passes. */
function asFetch(fetch: OpenAICompatibleProvider["fetch"]): Fetch {
  return (input, init) => fetch(input instanceof Request ? input.url : input, init);
}
