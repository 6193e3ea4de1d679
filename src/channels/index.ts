import type { Core, Module } from "../engine/index.ts";
import { channelErrors } from "./errors.ts";
import { channelRoutes } from "./http.ts";

export {
  adoptChannel,
  clearDefaultAgent,
  createChannel,
  deleteChannel,
  findWorkspaceOfChannel,
  getChannel,
  listChannels,
  readSecret,
  updateChannel,
} from "./channels.ts";
export { agentExists, channelChanged, channelDeleted, channelInUse } from "./extension-points.ts";
export { platformOf } from "./platforms/index.ts";
export type { Platform } from "./port.ts";

/** Connected accounts of platforms, and what each platform allows. */
export function channelsModule(core: Core): Module {
  return { name: "channels", errors: channelErrors, routes: channelRoutes(core) };
}
