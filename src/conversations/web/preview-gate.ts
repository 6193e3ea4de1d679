import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import { selectConversation } from "../conversation-store.ts";
import { loadSnapshot } from "../gate/facts.ts";
import { decide } from "../gate/rules.ts";

/**
 * Whether the gate would let this agent's answer pass now. Nothing is locked or stored: it only decides whether the
 * contact may watch the answer being written. The answer itself is asked about when it is sent.
 */
export async function mayAnswer(
  core: Core,
  tx: TenantTx,
  answer: { readonly conversationId: string; readonly agentId: string; readonly executionId: string | null },
): Promise<boolean> {
  const { conversationId, agentId, executionId } = answer;
  const conversation = await selectConversation(tx, conversationId);
  if (conversation === undefined) return false;
  // The call that writes it is under way, and its cost is reserved.
  const asked = { class: "answer", agentId, executionId, alreadyPaid: true } as const;
  return decide(await loadSnapshot(core, tx, conversation, asked)).allowed;
}
