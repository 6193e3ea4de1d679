import { z } from "zod";
import type { Job } from "./jobs.ts";

/** What a queued row holds. It outlives the code, so fields are only ever added as optional. */
const envelope = z.object({
  workspaceId: z.string(),
  version: z.number(),
  payload: z.unknown(),
});

/**
 * Wraps a payload for the queue. The payload goes in as it was given and is parsed again when it runs, so that a
 * schema which transforms is applied once. Throws if it does not match the job's schema.
 */
export function sealEnvelope(job: Job, workspaceId: string, payload: unknown): object {
  const checked = job.payload.safeParse(payload);
  if (!checked.success) {
    throw new Error(`the payload of job "${job.id}" is invalid: ${z.prettifyError(checked.error)}`);
  }
  return { workspaceId, version: job.version, payload };
}

/**
 * Opens what `sealEnvelope` made. Throws if it was sent by a newer version of the job than this process knows, or if
 * it does not match the schema any more; the job then waits for a process that understands it.
 */
export function openEnvelope(job: Job, data: unknown): { workspaceId: string; payload: unknown } {
  const { workspaceId, version, payload } = envelope.parse(data);
  if (version > job.version) {
    throw new Error(`job "${job.id}" was sent as version ${version}; this process knows ${job.version}`);
  }
  return { workspaceId, payload: job.payload.parse(payload) };
}
