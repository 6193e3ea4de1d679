import { Tooltip } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconArrowsExchange,
  IconCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconClock,
  IconClockPause,
  IconGauge,
  IconHandStop,
  IconLoader2,
  IconMail,
  IconMailX,
  IconPlayerSkipForward,
  IconPlayerStop,
} from "@tabler/icons-react";
import type { Execution } from "../api/generated/model";
import { Pill, type Tone } from "./pill.tsx";
import { ReasonText } from "./reason-text.tsx";

interface Look {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: string;
  readonly isBusy?: boolean;
}

const ofStatus: Readonly<Record<Exclude<Execution["status"], "completed">, Look>> = {
  queued: { tone: "grey", icon: IconCircleDashed, word: "Queued" },
  running: { tone: "blue", icon: IconLoader2, word: "Running", isBusy: true },
  waiting: { tone: "blue", icon: IconClock, word: "Waiting" },
  failed: { tone: "red", icon: IconAlertTriangle, word: "Failed" },
  canceled: { tone: "grey", icon: IconPlayerStop, word: "Cancelled" },
  skipped: { tone: "amber", icon: IconPlayerSkipForward, word: "Skipped" },
};

const ofOutcome: Readonly<Record<NonNullable<Execution["outcome"]>, Look>> = {
  goal_met: { tone: "green", icon: IconCheck, word: "Goal met" },
  message_sent: { tone: "green", icon: IconMail, word: "Message sent" },
  no_action_needed: { tone: "grey", icon: IconCheck, word: "No action needed" },
  handed_over: { tone: "amber", icon: IconArrowsExchange, word: "Handed over" },
  blocked: { tone: "amber", icon: IconHandStop, word: "Blocked" },
  delivery_failed: { tone: "red", icon: IconMailX, word: "Delivery failed" },
  limit_reached: { tone: "red", icon: IconGauge, word: "Limit reached" },
  // Done, and nothing came of it: that is no success.
  none: { tone: "grey", icon: IconCircleMinus, word: "Nothing done" },
};

/** Nothing came of it so far; that changes by itself. */
const held: Look = { tone: "amber", icon: IconClockPause, word: "Message held" };

type Shown = Pick<Execution, "status" | "outcome"> & {
  readonly reason?: { readonly code: string; readonly message: string } | null;
};

/** Where an execution is and, once it has ended, what came of it. */
export function lookOf({ status, outcome, reason }: Shown): Look {
  if (status !== "completed") return ofStatus[status];
  if (outcome === "none" && reason?.code === "message_held") return held;
  return ofOutcome[outcome ?? "none"];
}

interface ExecutionPillProps {
  readonly execution: Shown;
  /** The reason stands beside it already. */
  readonly isReasonShown?: boolean;
}

/** The reason comes on hover and to assistive technology. */
export function ExecutionPill({ execution, isReasonShown = false }: ExecutionPillProps) {
  const { tone, icon, word, isBusy = false } = lookOf(execution);
  const pill = (
    <Pill tone={tone} icon={icon} isBusy={isBusy}>
      {word}
    </Pill>
  );
  const reason = execution.reason?.message;
  if (reason === undefined || isReasonShown) return pill;
  return (
    <Tooltip label={<ReasonText text={reason} />} multiline maw={320}>
      <span>{pill}</span>
    </Tooltip>
  );
}
