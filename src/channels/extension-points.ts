import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";
import type { Channel } from "./channel.ts";

/** Tells whether there is an agent with this id; agents live above channels. */
export type AgentExists = (tx: TenantTx, agentId: string) => Promise<boolean>;

export const agentExists = extensionPoint<AgentExists>("channels.agentExists");

/** Tells whether something that people would miss hangs on a channel, so that deleting it must be asked for twice. */
export type ChannelInUse = (tx: TenantTx, channelId: string) => Promise<boolean>;

export const channelInUse = extensionPoint<ChannelInUse>("channels.inUse");

/** Runs after a channel was changed, in the same transaction. */
export type ChannelChanged = (tx: TenantTx, before: Channel, after: Channel) => Promise<void>;

export const channelChanged = extensionPoint<ChannelChanged>("channels.changed");

/** Runs before a channel is deleted, in the same transaction: ends what is under way on it. */
export type ChannelDeleted = (tx: TenantTx, channelId: string) => Promise<void>;

export const channelDeleted = extensionPoint<ChannelDeleted>("channels.deleted");
