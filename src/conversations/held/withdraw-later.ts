import { z } from "zod";
import type { TenantTx } from "../../db/index.ts";
import { type Core, defineJob, type Job, type Reason } from "../../engine/index.ts";
import { selectExecutionsWithHeld } from "./held-store.ts";
import { withdrawHeldMessages } from "./withdraw.ts";

const jobId = "conversations.withdraw_held";

/**
 * Takes back what executions that this transaction ended want to say and is still held, as soon as it has committed. A
 * job, because conversations are locked before tasks: call it where a task is locked.
 */
export async function withdrawHeldLater(
  core: Core,
  tx: TenantTx,
  executionIds: readonly string[],
  reason: Reason,
): Promise<void> {
  const { code, message } = reason;
  for (const executionId of await selectExecutionsWithHeld(tx, executionIds))
    await core.jobs.send(tx, jobId, { executionId, code, message });
}

export function withdrawHeldJob(core: Core): Job {
  return defineJob({
    id: jobId,
    version: 1,
    payload: z.object({ executionId: z.uuid(), code: z.string(), message: z.string() }),
    async handle({ executionId, code, message }, { workspaceId }) {
      await core.db.tenant(workspaceId, (tx) =>
        withdrawHeldMessages(core, tx, { executionId }, { code, message }),
      );
    },
  });
}
