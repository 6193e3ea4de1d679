import { Tooltip } from "@mantine/core";
import { IconBellOff } from "@tabler/icons-react";
import type { Contact } from "../../api/generated/model";
import { Pill } from "../../components/pill.tsx";
import { exactTime } from "../../components/time-words.ts";
import { useTimezone } from "../../session/session.ts";
import { optOutWords } from "./actions/words.ts";

/** That a contact wants no messages; since when and why comes on hover. */
export function OptOutPill({
  contact,
}: {
  readonly contact: Pick<Contact, "optedOutAt" | "optedOutReason">;
}) {
  const timezone = useTimezone();
  const { optedOutAt, optedOutReason } = contact;
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
