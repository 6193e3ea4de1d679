import type { ModelUsage } from "./messages.ts";

export type ModelErrorCode =
  /** 429: asked too often, or the account's quota is used up (then not retryable). */
  | "rate_limited"
  /** 5xx, or an error that the provider reported inside its answer. */
  | "provider_unavailable"
  /** No connection, or one that broke. */
  | "network"
  /** The provider or our own address rules will not carry out this request, now or later. */
  | "refused"
  /** 401 or 403: the API key is missing, wrong or may not use the model. */
  | "unauthorized"
  /** No byte arrived for too long. */
  | "timeout"
  /** An answer that cannot be read: not JSON, no choices, cut off, too large. */
  | "bad_answer"
  /** The caller's signal ended the call. */
  | "aborted";

export interface ModelErrorExtras {
  /** Default: whether errors of this code usually pass by themselves. */
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly status?: number | undefined;
  readonly usage?: ModelUsage | undefined;
}

const usuallyRetryable: ReadonlySet<ModelErrorCode> = new Set([
  "rate_limited",
  "provider_unavailable",
  "network",
  "timeout",
]);

/**
 * Why a model call gave no answer. It has no `cause` on purpose: the library's errors carry the whole prompt and the
 * provider's raw answer, which would end in logs. The message never contains the API key.
 */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  readonly retryable: boolean;
  /** Seconds, as the provider asked; may be a fraction. */
  readonly retryAfterSeconds: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  /** What the provider reported as used although no answer came of it. */
  readonly usage: ModelUsage | undefined;

  constructor(code: ModelErrorCode, message: string, extras: ModelErrorExtras = {}) {
    super(message);
    this.code = code;
    this.retryable = extras.retryable ?? usuallyRetryable.has(code);
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.status = extras.status;
    this.usage = extras.usage;
  }
}
