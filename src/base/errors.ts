/** One stable error code: what a program switches on, what a person reads, and which HTTP status carries it. */
export interface ErrorCode {
  readonly code: string;
  readonly status: number;
  /** A sentence for people; the thrown error may say it more exactly. */
  readonly message: string;
}

/** A module's own codes, keyed by their names in code. `defineErrors` fills in `code` from the key's value. */
export type ErrorCodes = Readonly<Record<string, ErrorCode>>;

/** One fault in one field of what was sent. `path` is dotted (`schedule.cron`, `tags.2`), empty for the whole body. */
export interface FieldError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface ErrorExtras {
  /** Replaces the code's general sentence. */
  readonly message?: string;
  readonly errors?: readonly FieldError[];
  /** Whole seconds; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  /** Further members of the problem document, for instance the id of the execution that is in the way. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * An error that a caller of the API may see. Anything else that is thrown is a fault of ours and answers 500 with
 * nothing of its text.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, extras: ErrorExtras = {}) {
    super(extras.message ?? code.message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code.code;
    this.status = code.status;
    this.errors = extras.errors ?? [];
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.details = extras.details ?? {};
  }
}

/** Declares a module's codes: `defineErrors({ task_ended: [409, "The task has ended."] })`. */
export function defineErrors<const T extends Record<string, readonly [status: number, message: string]>>(
  table: T,
): { readonly [K in keyof T & string]: ErrorCode & { readonly code: K } } {
  const entries = Object.entries(table).map(([code, [status, message]]) => [code, { code, status, message }]);
  return Object.fromEntries(entries);
}

/** Codes that belong to no module. */
export const commonErrors = defineErrors({
  invalid_request: [422, "The request has invalid fields."],
  not_found: [404, "There is no such thing here."],
  external_id_taken: [409, "Another object of this kind in the workspace has this externalId."],
});

/** 422 with the fields at fault. */
export function invalidFields(...errors: readonly FieldError[]): AppError {
  return new AppError(commonErrors.invalid_request, { errors });
}

/** 422 for one field. */
export function invalidField(path: string, code: string, message: string): AppError {
  return invalidFields({ path, code, message });
}

/** A field that names no object of the workspace, for `invalidFields`. */
export function notFoundAt(path: string, what: string): FieldError {
  const article = /^[aeiou]/.test(what) ? "an" : "a";
  return { path, code: "not_found", message: `must be the id of ${article} ${what} of this workspace` };
}

/** 409 for an externalId that another object of this kind has, at the field. */
export function externalIdTaken(what: string): AppError {
  const { code } = commonErrors.external_id_taken;
  return new AppError(commonErrors.external_id_taken, {
    message: `Another ${what} of the workspace has this externalId.`,
    errors: [{ path: "externalId", code, message: `another ${what} of the workspace has this externalId` }],
  });
}

/** 404 naming the kind of object, which tells nothing about other workspaces. */
export function notFound(what: string): AppError {
  return new AppError(commonErrors.not_found, {
    message: `There is no ${what} with this id in the workspace.`,
  });
}

/** The object that was looked for, or 404 naming its kind. */
export function requireFound<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw notFound(what);
  return found;
}

/** An error's message whatever was thrown, for logs and stored reasons. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Fails loudly when a row that must exist does not; `doing` completes "expected a row when …". */
export function requireRow<T>(row: T | undefined | null, doing: string): T {
  if (row === undefined || row === null) throw new Error(`expected a row when ${doing}`);
  return row;
}
