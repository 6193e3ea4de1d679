import { Tooltip } from "@mantine/core";
import { IconBellOff } from "@tabler/icons-react";
import type { Contact } from "../api/generated/model";
import { useTimezone } from "../session/session.ts";
import { Pill } from "./pill.tsx";
import { exactTime } from "./time-words.ts";

interface OptOutPillProps {
  readonly contact: Pick<Contact, "optedOutAt" | "optedOutReason">;
}

/** That a contact wants no messages; since when and why comes on hover. */
export function OptOutPill({ contact: { optedOutAt, optedOutReason } }: OptOutPillProps) {
  const timezone = useTimezone();
  if (optedOutAt === null) return null;
  return (
    <Tooltip label={`${exactTime(optedOutAt, timezone)}: ${optOutWords(optedOutReason)}`} multiline maw={320}>
      <span>
        <Pill tone="amber" icon={IconBellOff}>
          Opted out
        </Pill>
      </span>
    </Tooltip>
  );
}

/** What the API notes as the reason where nobody gave one. */
const reasonWords: Readonly<Record<string, string>> = {
  keyword: "wrote a word that stops messages",
  api: "noted by a program",
};

/** Why a contact wants no messages. */
export function optOutWords(reason: Contact["optedOutReason"]): string {
  return reason === null ? "no reason given" : (reasonWords[reason] ?? reason);
}
