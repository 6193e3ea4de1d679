import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { scrollTopic } from "./web/preview-signal.ts";

/** Tells whoever watches a conversation that it changed, once the change is committed. */
export function announceConversation(core: Core, tx: TenantTx, conversationId: string): void {
  tx.afterCommit(() => core.signals.notify("live", `${tx.workspaceId} conversation:${conversationId}`));
}

/** Tells a contact's open streams that there is a new conversation, whose id they cannot know, once it is committed. */
export function announceOpening(
  core: Core,
  tx: TenantTx,
  of: { readonly contactId: string; readonly channelId: string },
): void {
  const { workspaceId } = tx;
  tx.afterCommit(() => core.signals.notify("live", scrollTopic({ ...of, workspaceId })));
}
