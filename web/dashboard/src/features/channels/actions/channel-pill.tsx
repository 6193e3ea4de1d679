import { IconCircleCheck, IconCircleOff } from "@tabler/icons-react";
import type { Channel } from "../../../api/generated/model";
import { Pill } from "../../../components/pill.tsx";

/** Whether a channel takes and sends messages. */
export function ChannelPill({ channel }: { readonly channel: Pick<Channel, "status"> }) {
  return channel.status === "connected" ? (
    <Pill tone="green" icon={IconCircleCheck}>
      Connected
    </Pill>
  ) : (
    <Pill tone="grey" icon={IconCircleOff}>
      Disabled
    </Pill>
  );
}
