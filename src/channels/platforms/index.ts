import type { ChannelKind, Platform } from "../port.ts";
import { web } from "./web/index.ts";

/** The platforms that are offered. */
export const platforms: readonly Platform[] = [web];

/** The platform and kind of a stored channel. Throws if the program does not know them. */
export function platformOf(channel: { readonly platform: string; readonly kind: string }): {
  readonly platform: Platform;
  readonly kind: ChannelKind;
} {
  const platform = platforms.find(({ name }) => name === channel.platform);
  const kind = platform?.kinds.find(({ name }) => name === channel.kind);
  if (platform === undefined || kind === undefined)
    throw new Error(`there is no platform ${channel.platform} with a kind ${channel.kind}`);
  return { platform, kind };
}
