import type { ModelErrorCode } from "./errors.ts";

/** An error as a provider describes it: in the body of a failure or of a success, or inside a stream. */
export interface ReportedError {
  readonly message: string;
  /** The word we know it by, if we know one. */
  readonly name: string | undefined;
  /** The HTTP status that it names itself, if it does. */
  readonly status: number | undefined;
  /** Seconds after which it may be tried again, where the body says so. */
  readonly retryAfterSeconds: number | undefined;
}

/** A 429 that no waiting mends. */
const quotaUsedUp = "insufficient_quota";

/** What `code`, `type`, `status` or a detail's `reason` of an error object mean where the HTTP status says less. */
const knownNames: ReadonlyMap<string, ModelErrorCode> = new Map([
  // OpenAI and those who follow it
  ["rate_limit_exceeded", "rate_limited"],
  [quotaUsedUp, "rate_limited"],
  ["invalid_api_key", "unauthorized"],
  ["context_length_exceeded", "refused"],
  ["invalid_prompt", "refused"],
  ["server_error", "provider_unavailable"],
  // OpenAI and Anthropic
  ["authentication_error", "unauthorized"],
  ["invalid_request_error", "refused"],
  // Anthropic
  ["permission_error", "unauthorized"],
  ["not_found_error", "refused"],
  ["request_too_large", "refused"],
  ["billing_error", "refused"],
  ["rate_limit_error", "rate_limited"],
  ["overloaded_error", "provider_unavailable"],
  ["api_error", "provider_unavailable"],
  // Google, which answers 400 to a wrong key
  ["API_KEY_INVALID", "unauthorized"],
  ["UNAUTHENTICATED", "unauthorized"],
  ["PERMISSION_DENIED", "unauthorized"],
  ["INVALID_ARGUMENT", "refused"],
  ["NOT_FOUND", "refused"],
  ["RESOURCE_EXHAUSTED", "rate_limited"],
  ["UNAVAILABLE", "provider_unavailable"],
  ["INTERNAL", "provider_unavailable"],
]);

/** The code a reported error means by its own words; undefined where they say nothing to us. */
export function codeOfName(name: string | undefined): ModelErrorCode | undefined {
  return name === undefined ? undefined : knownNames.get(name);
}

/** True if waiting does not help. */
export function isForGood({ name }: ReportedError): boolean {
  return name === quotaUsedUp;
}

/** Reads an error object in the shape of any provider we know. */
export function toReportedError(error: unknown): ReportedError {
  if (!isRecord(error)) {
    return { message: String(error), name: undefined, status: undefined, retryAfterSeconds: undefined };
  }
  const { message, code, type, status } = error;
  const details = Array.isArray(error.details) ? error.details.filter(isRecord) : [];
  const names = [...details.map(({ reason }) => reason), code, type, status];
  const numbers = [error.statusCode, code].map((value) => Number(value ?? Number.NaN));
  return {
    message: typeof message === "string" ? message : JSON.stringify(error),
    name: names.find((name): name is string => typeof name === "string" && knownNames.has(name)),
    status: numbers.find((value) => Number.isInteger(value) && value >= 300 && value < 600),
    retryAfterSeconds: details
      .map(({ retryDelay }) => readSeconds(retryDelay))
      .find((value) => value !== undefined),
  };
}

/** The error in a body, where it is JSON and holds one. */
export function readReportedError(body: string | undefined): ReportedError | undefined {
  return readReportedValue(parseBody(body));
}

/** The error in what a provider sent, if it holds one. Google's may stand in a list, OpenAI's may be the event itself. */
export function readReportedValue(value: unknown): ReportedError | undefined {
  const holder: unknown = Array.isArray(value) ? value[0] : value;
  if (!isRecord(holder)) return undefined;
  if (isRecord(holder.error)) return toReportedError(holder.error);
  return holder.type === "error" ? toReportedError(holder) : undefined;
}

/** The body's JSON; undefined where it is none. */
export function parseBody(body: string | undefined): unknown {
  if (body === undefined) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A duration as Google writes it: `37s`, `0.5s`. */
function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(value)?.[1] : undefined;
  return seconds === undefined ? undefined : Number(seconds);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
