import type { TenantTx } from "../db/index.ts";
import type { SessionKind } from "./conversation.ts";
import { lockConversation } from "./conversation-store.ts";
import { endSessionRow, insertSession } from "./session-store.ts";

/**
 * From now on `agentId` goes on answering for `seconds`, by the database's clock; call it in the transaction that
 * sends the message. The session before it ends `superseded`. 0 seconds: nobody answers on anybody's behalf (a
 * channel's default agent still may). Does nothing if the conversation is gone or closed.
 */
export async function startSession(
  tx: TenantTx,
  session: {
    readonly conversationId: string;
    readonly kind: SessionKind;
    readonly agentId: string;
    readonly taskId: string | null;
    readonly executionId: string | null;
    readonly seconds: number;
  },
): Promise<void> {
  const conversation = await lockConversation(tx, session.conversationId);
  if (conversation === undefined || conversation.status === "closed") return;
  await endSessionRow(tx, conversation.id, "superseded");
  if (session.seconds > 0) await insertSession(tx, session);
}
