import { listAgents } from "../../../api/generated/agents/agents";
import { createChannel } from "../../../api/generated/channels/channels";
import type { Channel } from "../../../api/generated/model";

/** Creates a hosted page that the default agent answers, else the newest agent that is enabled; without one, a person. */
export async function createExampleChannel(): Promise<Channel> {
  const { items } = await listAgents({ enabled: "true", limit: 100 });
  const agent = items.find(({ isDefault }) => isDefault) ?? items[0];
  return await createChannel({
    platform: "web",
    kind: "page",
    name: "Website",
    defaultAgentId: agent?.id ?? null,
  });
}
