import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";

/** Tells whoever watches a conversation that it changed, once the change is committed. */
export function announceConversation(core: Core, tx: TenantTx, conversationId: string): void {
  tx.afterCommit(() => core.signals.notify("live", `${tx.workspaceId} conversation:${conversationId}`));
}
