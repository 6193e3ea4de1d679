import type { Core, Module } from "../engine/index.ts";
import { channelErrors } from "./errors.ts";
import { channelRoutes } from "./http.ts";

export type { Channel, ChannelStatus } from "./channel.ts";
export {
  clearDefaultAgent,
  createChannel,
  deleteChannel,
  findWorkspaceOfChannel,
  getChannel,
  listChannels,
  type NewChannel,
  readSecret,
  rotateSecret,
  updateChannel,
} from "./channels.ts";
export {
  type AgentExists,
  agentExists,
  type ChannelDeleted,
  type ChannelInUse,
  channelDeleted,
  channelInUse,
} from "./extension-points.ts";
export { platformOf } from "./platforms/index.ts";
export type { ChannelKind, Platform } from "./port.ts";

/** Connected accounts of platforms, and what each platform allows. */
export function channelsModule(core: Core): Module {
  return { name: "channels", errors: channelErrors, routes: channelRoutes(core) };
}
