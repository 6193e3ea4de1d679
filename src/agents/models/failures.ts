import { AISDKError, APICallError, StreamProviderError } from "ai";
import { BlockedAddressError } from "../../base/guarded-fetch.ts";
import { shorten } from "../../base/text.ts";
import type { StopReason } from "./call-watch.ts";
import { ModelError } from "./errors.ts";
import type { ModelUsage } from "./messages.ts";
import { describeNetworkCode, findNetworkCode, listCauses } from "./network-faults.ts";
import {
  codeOfName,
  isForGood,
  type ReportedError,
  readReportedError,
  readReportedValue,
  toReportedError,
} from "./reported-error.ts";
import { codeOfStatus, parseRetryAfter } from "./rules.ts";
import { describeUnreadable, findPlace } from "./unreadable-answer.ts";

const longestMessage = 600;

export interface FailureContext {
  /** Why we ended the call ourselves, if we did. */
  readonly stopped: StopReason | undefined;
  /** The HTTP status that really came; undefined: none. */
  readonly answered?: number | undefined;
  /** What came says that it is of this type where a stream was asked for; undefined: none was, or it does not say. */
  readonly streamType?: string | undefined;
  /** For `Retry-After` as a date. */
  readonly now: Date;
  /** Where the call went, without path or credentials. */
  readonly origin: string;
  /** What the server is expected to speak. */
  readonly protocol: string;
  /** Must not appear in any message. */
  readonly apiKey: string | undefined;
  readonly silenceTimeoutMs: number;
  readonly maxAnswerBytes: number;
  /** What the provider reported as used before it failed. */
  readonly usage?: ModelUsage | undefined;
}

/** Turns whatever a call threw, or an error that came inside its stream, into the `ModelError` it means. */
export function toModelError(error: unknown, context: FailureContext): ModelError {
  const meant = classify(error, context);
  const { retryable, retryAfterSeconds, status } = meant;
  if (context.usage === undefined) return meant;
  const extras = { retryable, retryAfterSeconds, status, usage: context.usage };
  return new ModelError(meant.code, meant.message, extras);
}

function classify(error: unknown, context: FailureContext): ModelError {
  if (context.stopped !== undefined) return describeStop(context.stopped, context);
  const say = (text: string) => shorten(hideKey(text, context.apiKey), longestMessage);
  for (const cause of listCauses(error)) {
    if (cause instanceof BlockedAddressError) return new ModelError("refused", say(cause.message));
  }
  if (APICallError.isInstance(error)) return describeApiError(error, context, say);
  const networkCode = findNetworkCode(listCauses(error));
  if (networkCode !== undefined) return describeBrokenConnection(networkCode, context);
  if (StreamProviderError.isInstance(error)) {
    const { message, code, type, statusCode } = error;
    return describeReportedError(toReportedError({ message, code, type, statusCode }), say);
  }
  if (AISDKError.isInstance(error)) return describeLibraryError(error, context, say);
  // What is nested thousands of levels deep overflows the stack of the library's parser.
  if (error instanceof RangeError && error.message.includes("call stack"))
    return new ModelError("bad_answer", `The answer of ${context.origin} is nested too deeply to be read.`);
  if (error instanceof Error) return new ModelError("bad_answer", say(`The call failed: ${error.message}`));
  return describeReportedError(toReportedError(error), say);
}

function describeStop(reason: StopReason, context: FailureContext): ModelError {
  switch (reason) {
    case "silent":
      return new ModelError(
        "timeout",
        `${context.origin} sent nothing for ${Math.round(context.silenceTimeoutMs / 100) / 10} s.`,
      );
    case "too_large":
      return new ModelError("bad_answer", `The answer is larger than ${context.maxAnswerBytes} bytes.`);
    case "aborted":
    case "dropped":
      return new ModelError("aborted", "The model call was aborted.");
  }
}

function describeApiError(error: APICallError, context: FailureContext, say: Say): ModelError {
  const status = error.statusCode;
  if (status === undefined)
    return describeBrokenConnection(findNetworkCode(listCauses(error)) ?? "no answer", context);
  const reported = readReportedError(error.responseBody);
  if (status >= 200 && status < 300) {
    const networkCode = findNetworkCode(listCauses(error));
    if (networkCode !== undefined) return describeBrokenConnection(networkCode, context);
    // Some gateways answer 200 and put the upstream's error into the body.
    if (reported !== undefined) return describeReportedError(reported, say);
    const { what, isCut } = describeUnreadable(error.responseBody, error.cause);
    const advice = isCut ? "" : " (check the base URL and the kind)";
    const message = `${context.origin} did not answer in ${context.protocol}: ${what}${advice}.`;
    return new ModelError("bad_answer", say(message), { status, retryable: isCut });
  }
  // The library makes up a status for errors that it finds in a success.
  if (context.answered !== undefined && context.answered < 300) {
    const found = { ...toReportedError({ message: error.message }), ...reported };
    return describeReportedError({ ...found, status: found.status ?? status }, say);
  }
  const headers = error.responseHeaders ?? {};
  const milliseconds = Number(headers["retry-after-ms"] ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(milliseconds)
    ? milliseconds / 1000
    : (parseRetryAfter(headers["retry-after"], context.now) ?? reported?.retryAfterSeconds);
  const detail = error.message === "" ? "no explanation" : error.message;
  // A wrong key is a 400 at Google.
  const isUnauthorized = codeOfName(reported?.name) === "unauthorized";
  return new ModelError(
    isUnauthorized ? "unauthorized" : codeOfStatus(status),
    say(`${context.origin} answered ${status}: ${explain(status, detail)}`),
    {
      status,
      retryAfterSeconds,
      ...(reported !== undefined && isForGood(reported) ? { retryable: false } : {}),
    },
  );
}

function explain(status: number, detail: string): string {
  if (status >= 300 && status < 400) return `${detail} (redirects are not followed; check the base URL)`;
  if (status === 404) return `${detail} (check the base URL and the model's name)`;
  return detail;
}

function describeBrokenConnection(code: string, context: FailureContext): ModelError {
  return new ModelError(
    "network",
    `The connection to ${context.origin} failed: ${describeNetworkCode(code)}.`,
  );
}

/** Mistakes in our own messages, found by the library before anything is sent. */
const requestFaults: ReadonlySet<string> = new Set([
  "AI_InvalidPromptError",
  "AI_MissingToolResultsError",
  "AI_MessageConversionError",
  "AI_InvalidMessageRoleError",
  "AI_InvalidArgumentError",
  "AI_UnsupportedFunctionalityError",
]);

function describeLibraryError(error: AISDKError, context: FailureContext, say: Say): ModelError {
  if (requestFaults.has(error.name)) return new ModelError("refused", say(error.message));
  // An error in a shape that the library does not know.
  const reported = readReportedValue(Reflect.get(error, "value"));
  if (reported !== undefined) return describeReportedError(reported, say);
  if (error.name === "AI_TypeValidationError") {
    const message = `The answer of ${context.origin} cannot be read: it is of another shape${findPlace(error)}.`;
    return new ModelError("bad_answer", say(message));
  }
  // A stream without an end or an answer without choices is usually a provider in trouble, not one that never works.
  const isUnfinished =
    error.name === "AI_InvalidResponseDataError" || error.name === "AI_NoOutputGeneratedError";
  if (isUnfinished && context.streamType !== undefined && !/event-stream/i.test(context.streamType)) {
    const what = `it answered with ${shorten(context.streamType, 100)}, not with a stream of events`;
    const message = `${context.origin} did not answer in ${context.protocol}: ${what} (check the base URL and the kind).`;
    return new ModelError("bad_answer", say(message));
  }
  const message = `The answer of ${context.origin} cannot be read: ${error.message}`;
  return new ModelError("bad_answer", say(message), { retryable: isUnfinished });
}

/** An error that the provider put into a stream or into the body of a success. */
function describeReportedError(reported: ReportedError, say: Say): ModelError {
  const { message, name, status, retryAfterSeconds } = reported;
  const code = codeOfName(name) ?? (status === undefined ? "provider_unavailable" : codeOfStatus(status));
  return new ModelError(code, say(`The provider reported: ${message}`), {
    status,
    retryAfterSeconds,
    ...(isForGood(reported) ? { retryable: false } : {}),
  });
}

type Say = (text: string) => string;

function hideKey(text: string, apiKey: string | undefined): string {
  if (!apiKey) return text;
  const encoded = encodeURIComponent(apiKey);
  const hidden = text.replaceAll(apiKey, "[API key]");
  return encoded === apiKey ? hidden : hidden.replaceAll(encoded, "[API key]");
}
