import { withdrawHeldLater } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, cancelExecutions, type Reason } from "../engine/index.ts";

/**
 * Cancels executions in whose place others begin: the overlap policy is cancel_previous. What they had to say and is
 * held is withdrawn, so that the contact does not get it beside what the new ones say.
 */
export async function replaceExecutions(
  core: Core,
  tx: TenantTx,
  replaced: Parameters<typeof cancelExecutions>[2],
  reason: Reason,
): Promise<void> {
  const canceled = await cancelExecutions(core, tx, replaced, reason);
  await withdrawHeldLater(
    core,
    tx,
    canceled.map(({ id }) => id),
    reason,
  );
}
