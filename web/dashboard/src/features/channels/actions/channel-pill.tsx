import type { Channel } from "../../../api/generated/model";
import { EnabledPill } from "../../../components/enabled-pill.tsx";

/** Whether a channel takes and sends messages. */
export function ChannelPill({ channel }: { readonly channel: Pick<Channel, "status"> }) {
  return <EnabledPill isEnabled={channel.status === "connected"} word="Connected" />;
}
