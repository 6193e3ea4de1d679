import { ActionIcon, Tooltip } from "@mantine/core";
import { IconDeviceMobile } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { useMe } from "../../session/session.ts";
import { phoneOpen } from "./open.ts";

export const phoneButtonId = "phone-button";

/** Opens and closes the Phone. */
export function PhoneButton() {
  const me = useMe();
  const isOpen = useSyncExternalStore(phoneOpen.subscribe, phoneOpen.get);
  const mayPlay = me.can("write");
  const label = mayPlay
    ? "Phone: play a contact to try agents out"
    : "Phone: playing a contact needs the role operator or above";
  return (
    <Tooltip label={label} disabled={isOpen} events={{ hover: true, focus: !mayPlay, touch: !mayPlay }}>
      <ActionIcon
        id={phoneButtonId}
        variant={isOpen ? "light" : "subtle"}
        color={isOpen ? "accent" : "gray"}
        size={28}
        aria-label="Phone"
        aria-description={label}
        aria-pressed={isOpen}
        // Not `disabled`: the reason must be found by hovering and by keyboard.
        aria-disabled={!mayPlay}
        data-disabled={!mayPlay || undefined}
        onClick={() => mayPlay && phoneOpen.set(!isOpen)}
      >
        <IconDeviceMobile size={17} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
