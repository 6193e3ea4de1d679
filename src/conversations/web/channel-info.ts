import { requireFound } from "../../base/errors.ts";
import { extensionPoint } from "../../base/extensions.ts";
import { findWorkspaceOfChannel, getChannel } from "../../channels/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";

/** The name of an agent, as contacts may know it; agents live above conversations. */
export type AgentNameSource = (tx: TenantTx, agentId: string) => Promise<string | undefined>;

export const agentNames = extensionPoint<AgentNameSource>("conversations.agentNames");

/** What anybody may know of a web channel. */
export interface ChannelInfo {
  readonly name: string;
  /** Of the channel's default agent; null if it has none. */
  readonly agentName: string | null;
  /** Whether it takes messages now. */
  readonly available: boolean;
}

/** Throws 404. */
export async function describeChannel(core: Core, channelId: string): Promise<ChannelInfo> {
  const workspaceId = requireFound(await findWorkspaceOfChannel(core, channelId), "channel");
  return core.db.tenant(workspaceId, async (tx) => {
    const channel = requireFound(await getChannel(tx, channelId), "channel");
    const agentName = channel.defaultAgentId === null ? null : await nameOf(core, tx, channel.defaultAgentId);
    return { name: channel.name, agentName, available: channel.status === "connected" };
  });
}

async function nameOf(core: Core, tx: TenantTx, agentId: string): Promise<string | null> {
  for (const find of core.extensions.of(agentNames)) {
    const name = await find(tx, agentId);
    if (name !== undefined) return name;
  }
  return null;
}
