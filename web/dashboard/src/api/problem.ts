import type { Problem } from "./generated/model";

/** One fault of one field, as the API says it. `path` is dotted, empty for the whole body. */
export interface FieldFault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** An answer that is no success. `message` is a sentence for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly faults: readonly FieldFault[];
  /** Seconds after which the same request may succeed; null where the server does not say. */
  readonly retryAfterSeconds: number | null;
  /** The whole document: some codes carry more, for instance an execution's id. */
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>, retryAfterSeconds: number | null) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? `http_${status}`;
    this.faults = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
    this.problem = problem;
  }
}

/** The request did not reach the server, or its answer did not come back. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";

  constructor(cause: unknown) {
    super("The server cannot be reached. Nothing is lost: try again when the connection is back.", { cause });
  }
}

/** The API's sentences for these speak to programs. */
const endedCodes: ReadonlySet<string> = new Set(["unauthenticated", "session_required"]);

/** Whether it was refused only because nobody is signed in any more. */
export function isSessionEnd(error: unknown): boolean {
  return error instanceof ApiError && endedCodes.has(error.code);
}

/** What went wrong, in a sentence. */
export function sentenceOf(error: unknown): string {
  if (isSessionEnd(error)) return "Your session has ended. Sign in, then do this again; nothing is lost.";
  if (error instanceof ApiError || error instanceof ConnectionError) return error.message;
  return "Something went wrong in this page. Reload it; if it happens again, the browser's console has more.";
}
