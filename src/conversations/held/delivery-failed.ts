import { z } from "zod";
import type { TenantTx } from "../../db/index.ts";
import { type Core, defineJob, type Job, type Reason, recordDeliveryFailure } from "../../engine/index.ts";

const jobId = "conversations.delivery_failed";
/** An execution that still runs is looked at again after this. */
const againSeconds = 10;

/**
 * A message that had been accepted will never go out: the outcome of the execution that sent it becomes
 * `delivery_failed`, once it has ended. A job, because the execution may still run and its end is written elsewhere.
 */
export function reportDeliveryFailure(
  core: Core,
  tx: TenantTx,
  failed: { readonly executionId: string; readonly reason: Reason },
): Promise<void> {
  const { executionId, reason } = failed;
  return core.jobs.send(tx, jobId, { executionId, code: reason.code, message: reason.message });
}

export function deliveryFailedJob(core: Core): Job {
  return defineJob({
    id: jobId,
    version: 1,
    payload: z.object({ executionId: z.uuid(), code: z.string(), message: z.string() }),
    async handle(payload, { workspaceId }) {
      const { executionId, code, message } = payload;
      await core.db.tenant(workspaceId, async (tx) => {
        const result = await recordDeliveryFailure(core, tx, executionId, { code, message });
        if (result === "active") await core.jobs.send(tx, jobId, payload, { delaySeconds: againSeconds });
      });
    },
  });
}
