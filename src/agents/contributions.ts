import { type Contribution, contribute } from "../base/extensions.ts";
import { agentExists } from "../channels/index.ts";
import { gateFacts } from "../conversations/index.ts";
import { selectAgent } from "./agent-store.ts";

/** What lower modules ask about agents. */
export function agentContributions(): readonly Contribution[] {
  return [
    contribute(agentExists, async (tx, agentId) => (await selectAgent(tx, agentId)) !== undefined),
    contribute(gateFacts, async (tx, { agentId }) => {
      if (agentId === null) return {};
      const agent = await selectAgent(tx, agentId);
      return { agentEnabled: agent?.enabled === true };
    }),
  ];
}
