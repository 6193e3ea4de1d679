import type { TenantTx } from "../db/index.ts";
import { announce, type Core } from "../engine/index.ts";
import { scrollTopic } from "./web/preview-signal.ts";

/** Tells whoever watches a conversation that it changed, once the change is committed. */
export function announceConversation(tx: TenantTx, conversationId: string): void {
  announce(tx, { kind: "conversation", id: conversationId });
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
