import { IconCircleCheck, IconCircleOff } from "@tabler/icons-react";
import { Pill } from "./pill.tsx";

interface EnabledPillProps {
  readonly isEnabled: boolean;
  /** What it is called while it is on. */
  readonly word?: string;
}

/** Whether something is switched on. */
export function EnabledPill({ isEnabled, word = "Enabled" }: EnabledPillProps) {
  return isEnabled ? (
    <Pill tone="green" icon={IconCircleCheck}>
      {word}
    </Pill>
  ) : (
    <Pill tone="grey" icon={IconCircleOff}>
      Disabled
    </Pill>
  );
}
