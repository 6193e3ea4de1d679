import type { z } from "zod";
import type { TenantTx } from "../db/index.ts";

/**
 * A background job: everything that is not an execution. `id` and the payload's shape outlive the code in queued
 * rows, so ids never change and fields are only ever added as optional. Payloads hold ids, not data.
 */
export interface Job<P extends z.ZodType = z.ZodType> {
  /** For instance `notifications.email`. */
  readonly id: string;
  readonly version: number;
  readonly payload: P;
  /** Throwing makes it run again, with growing pauses, until `retryLimit`. Default practically for ever. */
  handle(
    payload: z.output<P>,
    run: { readonly workspaceId: string; readonly signal: AbortSignal; readonly attempt: number },
  ): Promise<void>;
  readonly retryLimit?: number;
}

/** Declares a job with its payload's type kept. */
export function defineJob<P extends z.ZodType>(job: Job<P>): Job {
  return job as Job;
}

export interface Jobs {
  /** Queues a job in the caller's transaction: it exists if and only if that commits. */
  send(
    tx: TenantTx,
    jobId: string,
    payload: unknown,
    options?: { readonly delaySeconds?: number },
  ): Promise<void>;
}
