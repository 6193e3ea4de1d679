import { Tooltip } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconChecks,
  IconClockPause,
  IconHandStop,
  IconHelp,
  IconSend,
} from "@tabler/icons-react";
import type { Message } from "../api/generated/model";
import { Pill, type Tone } from "./pill.tsx";

interface Look {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: string;
}

/** How far a message has come, everywhere in the same words. */
export const messageLooks: Readonly<Record<Message["status"], Look>> = {
  held: { tone: "amber", icon: IconClockPause, word: "Held" },
  queued: { tone: "grey", icon: IconSend, word: "Queued" },
  sending: { tone: "blue", icon: IconSend, word: "Sending" },
  sent: { tone: "grey", icon: IconCheck, word: "Sent" },
  delivered: { tone: "green", icon: IconChecks, word: "Delivered" },
  read: { tone: "green", icon: IconChecks, word: "Read" },
  failed: { tone: "red", icon: IconAlertTriangle, word: "Failed" },
  unknown: { tone: "amber", icon: IconHelp, word: "Unknown" },
  refused: { tone: "amber", icon: IconHandStop, word: "Refused" },
  withdrawn: { tone: "grey", icon: IconArrowBackUp, word: "Withdrawn" },
};

/** A message's delivery state; what it waits for or why it went wrong comes on hover. */
export function MessagePill({ message }: { readonly message: Pick<Message, "status" | "reason"> }) {
  const { tone, icon, word } = messageLooks[message.status];
  const pill = (
    <Pill tone={tone} icon={icon}>
      {word}
    </Pill>
  );
  if (message.reason === null) return pill;
  return (
    <Tooltip label={message.reason.message} multiline maw={320}>
      <span>{pill}</span>
    </Tooltip>
  );
}
