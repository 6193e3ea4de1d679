import { AISDKError, APICallError, StreamProviderError } from "ai";
import { BlockedAddressError } from "../../base/guarded-fetch.ts";
import { shorten } from "../../base/text.ts";
import type { StopReason } from "./call-watch.ts";
import { ModelError, type ModelErrorCode } from "./errors.ts";
import { codeOfStatus, parseRetryAfter } from "./rules.ts";

const longestMessage = 600;

export interface FailureContext {
  /** Why we ended the call ourselves, if we did. */
  readonly stopped: StopReason | undefined;
  /** For `Retry-After` as a date. */
  readonly now: Date;
  /** Where the call went, without path or credentials. */
  readonly origin: string;
  /** Must not appear in any message. */
  readonly apiKey: string | undefined;
  readonly silenceTimeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** Turns whatever a call threw, or an error that came inside its stream, into the `ModelError` it means. */
export function toModelError(error: unknown, context: FailureContext): ModelError {
  if (context.stopped !== undefined) return describeStop(context.stopped, context);
  const say = (text: string) => shorten(hideKey(text, context.apiKey), longestMessage);
  for (const cause of listCauses(error)) {
    if (cause instanceof BlockedAddressError) return new ModelError("refused", say(cause.message));
  }
  if (APICallError.isInstance(error)) return describeApiError(error, context, say);
  const networkCode = findNetworkCode(error);
  if (networkCode !== undefined) return describeBrokenConnection(networkCode, context);
  if (StreamProviderError.isInstance(error)) {
    return describeReportedError(
      toReportedError({ message: error.message, code: error.code, type: error.type }),
      say,
    );
  }
  if (AISDKError.isInstance(error)) return describeLibraryError(error, say);
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
  if (status === undefined) return describeBrokenConnection(findNetworkCode(error) ?? "no answer", context);
  if (status >= 200 && status < 300) {
    const networkCode = findNetworkCode(error);
    if (networkCode !== undefined) return describeBrokenConnection(networkCode, context);
    // Some gateways answer 200 and put the upstream's error into the body.
    const reported = readReportedError(error.responseBody);
    if (reported !== undefined) return describeReportedError(reported, say);
    return new ModelError(
      "bad_answer",
      say(`${context.origin} did not answer as a chat completion: ${error.message}`),
      {
        status,
      },
    );
  }
  const headers = error.responseHeaders ?? {};
  const milliseconds = Number(headers["retry-after-ms"] ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(milliseconds)
    ? milliseconds / 1000
    : parseRetryAfter(headers["retry-after"], context.now);
  const reported = readReportedError(error.responseBody);
  const detail = error.message === "" ? "no explanation" : error.message;
  return new ModelError(
    codeOfStatus(status),
    say(`${context.origin} answered ${status}: ${explain(status, detail)}`),
    {
      status,
      retryAfterSeconds,
      ...(reported?.code === quotaUsedUp ? { retryable: false } : {}),
    },
  );
}

function explain(status: number, detail: string): string {
  if (status >= 300 && status < 400) return `${detail} (redirects are not followed; check the base URL)`;
  if (status === 404) return `${detail} (check the base URL and the model's name)`;
  return detail;
}

function describeBrokenConnection(code: string, context: FailureContext): ModelError {
  return new ModelError("network", `The connection to ${context.origin} failed: ${code}.`);
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

function describeLibraryError(error: AISDKError, say: Say): ModelError {
  if (requestFaults.has(error.name)) return new ModelError("refused", say(error.message));
  // A stream without an end or an answer without choices is usually a provider in trouble, not one that never works.
  const retryable =
    error.name === "AI_InvalidResponseDataError" || error.name === "AI_NoOutputGeneratedError";
  return new ModelError("bad_answer", say(`The answer cannot be read: ${error.message}`), { retryable });
}

interface ReportedError {
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

/** An error that the provider put into a stream or into the body of a success. */
function describeReportedError({ message, code, status }: ReportedError, say: Say): ModelError {
  const known = status === undefined ? namedCodes.get(code ?? "") : codeOfStatus(status);
  return new ModelError(known ?? "provider_unavailable", say(`The provider reported: ${message}`), {
    status,
    ...(code === quotaUsedUp ? { retryable: false } : {}),
  });
}

/** A 429 that no waiting mends. */
const quotaUsedUp = "insufficient_quota";

/** What `code` or `type` of OpenAI's error object mean where there is no HTTP status. */
const namedCodes: ReadonlyMap<string, ModelErrorCode> = new Map([
  ["rate_limit_exceeded", "rate_limited"],
  [quotaUsedUp, "rate_limited"],
  ["invalid_api_key", "unauthorized"],
  ["authentication_error", "unauthorized"],
  ["invalid_request_error", "refused"],
  ["context_length_exceeded", "refused"],
]);

function toReportedError(error: unknown): ReportedError {
  if (!isRecord(error)) return { message: String(error), code: undefined, status: undefined };
  const { message, code, type } = error;
  const number = Number(code ?? Number.NaN);
  return {
    message: typeof message === "string" ? message : JSON.stringify(error),
    code: [code, type].find((word): word is string => typeof word === "string" && namedCodes.has(word)),
    status: Number.isInteger(number) && number >= 300 && number < 600 ? number : undefined,
  };
}

function readReportedError(body: string | undefined): ReportedError | undefined {
  if (body === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) && isRecord(parsed.error) ? toReportedError(parsed.error) : undefined;
  } catch {
    return undefined;
  }
}

type Say = (text: string) => string;

function* listCauses(error: unknown): Generator<Error> {
  const seen = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    yield cause;
    if (cause instanceof AggregateError) for (const inner of cause.errors) yield* listCauses(inner);
  }
}

/** The system's or undici's code of a failed connection, such as `ECONNREFUSED`. */
function findNetworkCode(error: unknown): string | undefined {
  for (const cause of listCauses(error)) {
    const code: unknown = Reflect.get(cause, "code");
    if (typeof code === "string" && /^(E(?!RR_)[A-Z_]+|UND_ERR_[A-Z_]+|ERR_SSL_.*|.*CERT.*)$/.test(code))
      return code;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function hideKey(text: string, apiKey: string | undefined): string {
  if (!apiKey) return text;
  return text.replaceAll(apiKey, "[API key]").replaceAll(encodeURIComponent(apiKey), "[API key]");
}
