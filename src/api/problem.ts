import { STATUS_CODES } from "node:http";
import { AppError, type ErrorCode, type FieldError } from "../base/errors.ts";
import { CommitUncertainError, isConflict, isConnectionLoss } from "../db/index.ts";
import { apiErrors } from "./errors.ts";

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly requestId: string;
  readonly [detail: string]: unknown;
}

export const problemType = "application/problem+json; charset=utf-8";

/** Seconds after which a client may ask again when the database is away: a restart of PostgreSQL takes a few. */
const databaseRetrySeconds = 5;
const busyRetrySeconds = 1;

/** Codes of Fastify's own errors that a client causes, each with ours. */
const fastifyErrors: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["FST_ERR_CTP_BODY_TOO_LARGE", apiErrors.body_too_large],
  ["FST_ERR_CTP_INVALID_MEDIA_TYPE", apiErrors.unsupported_media_type],
  ["FST_ERR_CTP_INVALID_CONTENT_LENGTH", apiErrors.bad_request],
  ["FST_ERR_BAD_URL", apiErrors.bad_request],
  ["FST_ERR_MAX_PARAM_LENGTH", apiErrors.route_not_found],
]);

function fastifyError(error: unknown): AppError | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const known = fastifyErrors.get(error.code);
  if (known === apiErrors.unsupported_media_type)
    return new AppError(known, { message: "The body must be sent with Content-Type: application/json." });
  if (known !== undefined) return new AppError(known);
  const status = "statusCode" in error ? error.statusCode : undefined;
  const clientsFault = typeof status === "number" && status >= 400 && status < 500;
  // The second is a client that went away in the middle of its body; pg's own ECONNRESET has no status.
  const byFastify = error.code.startsWith("FST_ERR_") || error.code === "ECONNRESET";
  return clientsFault && byFastify ? new AppError(apiErrors.bad_request) : undefined;
}

/** The one place where an error becomes what the client may know of it. Everything unforeseen becomes a bare 500. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const clientsFault = fastifyError(error);
  if (clientsFault !== undefined) return clientsFault;
  if (error instanceof CommitUncertainError)
    return new AppError(apiErrors.commit_uncertain, {
      message: "The change may or may not have been stored. Read the object before trying again.",
      retryAfterSeconds: databaseRetrySeconds,
      cause: error,
    });
  if (isConnectionLoss(error))
    return new AppError(apiErrors.database_unavailable, {
      retryAfterSeconds: databaseRetrySeconds,
      cause: error,
    });
  // Tried again several times by then.
  if (isConflict(error))
    return new AppError(apiErrors.database_busy, { retryAfterSeconds: busyRetrySeconds, cause: error });
  return new AppError(apiErrors.internal_error, {
    message: "Something went wrong on our side. The log has more under the request id.",
    cause: error,
  });
}

export interface ProblemPlace {
  readonly requestId: string;
  /** The path that was asked for, without its query. */
  readonly path: string;
}

/** Makes problem documents whose titles are the registry's sentences. */
export type ProblemWriter = (error: AppError, place: ProblemPlace) => Problem;

export function createProblemWriter(errors: readonly ErrorCode[], publicUrl: string): ProblemWriter {
  const titles = new Map(errors.map(({ code, message }) => [code, message]));
  return (error, place) => ({
    // Details come first, so that they cannot replace the members that the standard gives a meaning.
    ...error.details,
    type: `${publicUrl}/docs/errors#${error.code}`,
    title: titles.get(error.code) ?? STATUS_CODES[error.status] ?? "Error",
    status: error.status,
    detail: error.message,
    instance: place.path,
    code: error.code,
    errors: error.errors,
    requestId: place.requestId,
  });
}

/** Headers that go with an error: when to try again, how to authenticate. */
export function problemHeaders(error: AppError): Record<string, string> {
  return {
    "content-type": problemType,
    ...(error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    ...(error.status === 401 ? { "www-authenticate": 'Bearer realm="errand"' } : {}),
  };
}
