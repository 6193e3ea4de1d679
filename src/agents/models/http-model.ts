import {
  APICallError,
  type CallWarning,
  generateText,
  isStepCount,
  NoOutputGeneratedError,
  experimental_streamTextLowMemory as streamTextOnce,
} from "ai";
import { type Clock, systemClock } from "../../base/clock.ts";
import { separateCalls } from "./call-ids.ts";
import { type CallWatch, createCallWatch, type Fetch } from "./call-watch.ts";
import { ModelError } from "./errors.ts";
import { type FailureContext, toModelError } from "./failures.ts";
import { type HttpProviderKind, modelServerKinds } from "./kinds.ts";
import type { Model, ModelAnswer, ModelRequest } from "./messages.ts";
import { parseBody } from "./reported-error.ts";
import {
  readFinishReason,
  readToolCalls,
  type SdkToolCall,
  sortByBeginning,
  toSdkMessages,
  toSdkTools,
} from "./sdk-messages.ts";
import { createSdkModel, listProviderOptions, type SdkModel } from "./sdk-models.ts";
import { createStreamFacts, type StreamFacts } from "./stream-facts.ts";
import { tapStream } from "./stream-tap.ts";
import { readUsage, type SdkUsage } from "./usage.ts";

export interface HttpProvider {
  readonly kind: HttpProviderKind;
  /** Up to and including the version: `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** A guarded fetch. It is not optional, so that no call goes around the address rules by omission. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /**
   * Milliseconds without a byte after which a call fails with `timeout`; default 60 000, and 120 000 for an answer that
   * is not streamed: there the first byte comes when the model has finished.
   */
  readonly silenceTimeoutMs?: number | undefined;
  /** Default 10 MB. */
  readonly maxAnswerBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

const streamSilenceMs = 60_000;
const wholeSilenceMs = 120_000;
const longestAnswerBytes = 10_000_000;

/** A model behind a server that speaks one of the protocols we know. */
export function createHttpModel(provider: HttpProvider, modelName: string): Model {
  const { kind } = provider;
  const clock = provider.clock ?? systemClock;
  const maxAnswerBytes = provider.maxAnswerBytes ?? longestAnswerBytes;
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
    const silenceTimeoutMs =
      provider.silenceTimeoutMs ?? (request.onText === undefined ? wholeSilenceMs : streamSilenceMs);
    const facts = createStreamFacts();
    const watch = createCallWatch({ signal: request.signal, clock, silenceTimeoutMs, maxAnswerBytes });
    const describeFailure = (error: unknown) => {
      const context: FailureContext = {
        stopped: watch.stopped,
        answered: watch.status,
        now: clock.now(),
        origin,
        protocol: modelServerKinds[kind].protocol,
        apiKey,
        silenceTimeoutMs,
        maxAnswerBytes,
        streamType: request.onText === undefined ? undefined : watch.contentType,
      };
      if (APICallError.isInstance(error)) facts.read(parseBody(error.responseBody));
      return toModelError(error, { ...context, usage: facts.usage });
    };
    try {
      if (watch.stopped !== undefined) throw describeFailure(undefined);
      // Its warnings are part of the answer; the library would write them to the console as well.
      globalThis.AI_SDK_LOG_WARNINGS = false;
      const fetch = watch.watchFetch(asFetch(provider.fetch));
      const sdkModel = createSdkModel(kind, { baseUrl: provider.baseUrl, apiKey, fetch }, modelName);
      const one: OneCall = { kind, model: sdkModel, request, watch, facts, describeFailure };
      return request.onText === undefined ? await callWhole(one) : await callStreaming(one, request.onText);
    } finally {
      watch.end();
    }
  }

  return { provider: kind, model: modelName, call };
}

interface OneCall {
  readonly kind: HttpProviderKind;
  readonly model: SdkModel;
  readonly request: ModelRequest;
  readonly watch: CallWatch;
  readonly facts: StreamFacts;
  readonly describeFailure: (error: unknown) => ModelError;
}

/** The settings both ways of calling share: one request, no repeats, no tool run by the library. */
function toSdkCall({ kind, model, request, watch }: OneCall) {
  return {
    model,
    messages: toSdkMessages(request.messages, kind),
    allowSystemInMessages: true,
    tools: toSdkTools(request.tools, kind),
    providerOptions: listProviderOptions(kind, request),
    stopWhen: isStepCount(1),
    maxRetries: 0,
    abortSignal: watch.signal,
    ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
  };
}

async function callWhole(one: OneCall): Promise<ModelAnswer> {
  try {
    const result = await generateText(toSdkCall({ ...one, model: separateCalls(one.model) }));
    if (result.finishReason === "other" && !result.rawFinishReason && result.content.length === 0) {
      const message = "The answer holds neither text nor a tool call nor a word about how it ended.";
      throw new ModelError("bad_answer", message, { retryable: true });
    }
    return assembleAnswer(one.request, {
      text: result.text,
      toolCalls: result.toolCalls,
      usage: result.usage,
      finishReason: result.finishReason,
      model: result.response.modelId,
      warnings: result.warnings ?? [],
    });
  } catch (error) {
    throw error instanceof ModelError ? error : one.describeFailure(error);
  }
}

async function callStreaming(one: OneCall, onText: (delta: string) => void): Promise<ModelAnswer> {
  const { watch, facts, describeFailure } = one;
  const toolCalls: SdkToolCall[] = [];
  const begun: string[] = [];
  let text = "";
  /** What the receiver threw: its own error, and no failure of the provider. */
  let refused: { readonly error: unknown } | undefined;
  let usage: SdkUsage = { inputTokens: undefined, outputTokens: undefined };
  let finishReason = "";
  let modelId = "";
  let warnings: readonly CallWarning[] = [];
  const tapped = tapStream(one.model, {
    text(delta) {
      if (refused !== undefined) return;
      text += delta;
      try {
        onText(delta);
      } catch (error) {
        refused = { error };
        watch.stop("dropped");
      }
    },
    raw: facts.read,
  });
  const iterator = openStream({ ...one, model: tapped })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        throw describeFailure(error);
      });
      if (next.done || refused !== undefined) break;
      const part = next.value;
      if (part.type === "tool-input-start") begun.push(part.id);
      else if (part.type === "tool-call") toolCalls.push(part);
      else if (part.type === "error") throw describeFailure(part.error);
      else if (part.type === "abort") throw describeFailure(undefined);
      else if (part.type === "start-step") warnings = part.warnings;
      else if (part.type === "finish-step") {
        usage = part.usage;
        finishReason = part.finishReason;
        modelId = part.response.modelId;
      }
    }
  } catch (error) {
    watch.stop("dropped");
    throw refused === undefined ? error : refused.error;
  }
  if (refused !== undefined) throw refused.error;
  if (finishReason === "" || !facts.hasEnd) {
    throw describeFailure(new NoOutputGeneratedError({ message: "The stream ended before the answer did." }));
  }
  return assembleAnswer(one.request, {
    text,
    toolCalls: sortByBeginning(toolCalls, begun),
    usage,
    finishReason,
    model: modelId,
    warnings,
  });
}

function openStream(one: OneCall) {
  // The library's usual stream keeps every piece for a second reader: with 15 streams of 100 kB in 5000 pieces each the
  // heap grew by 20 MB, and by 10 MB with this one. Errors come as parts of the stream; the default would print them too.
  return streamTextOnce({ ...toSdkCall(one), includeRawChunks: true, onError: () => undefined }).stream;
}

interface SdkAnswer {
  readonly text: string;
  readonly toolCalls: readonly SdkToolCall[];
  readonly usage: SdkUsage;
  readonly finishReason: string;
  readonly model: string;
  readonly warnings: readonly CallWarning[];
}

function assembleAnswer(request: ModelRequest, answer: SdkAnswer): ModelAnswer {
  const finishReason = readFinishReason(answer.finishReason);
  const toolCalls = readToolCalls(answer.toolCalls, request.tools, finishReason);
  const warnings = answer.warnings.map(describeWarning);
  return {
    text: answer.text,
    toolCalls,
    usage: readUsage(answer.usage, request.messages, answer.text, toolCalls),
    finishReason,
    model: answer.model,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function describeWarning(warning: CallWarning): string {
  if (warning.type === "unsupported" || warning.type === "compatibility")
    return warning.details === undefined ? `${warning.feature}: not supported` : warning.details;
  return warning.message;
}

/** The library's type of fetch also allows a `Request`, which it never passes. */
function asFetch(fetch: HttpProvider["fetch"]): Fetch {
  return (input, init) => fetch(input instanceof Request ? input.url : input, init);
}
