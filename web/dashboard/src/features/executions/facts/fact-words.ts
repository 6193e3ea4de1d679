import type { Execution } from "../../../api/generated/model";

export const triggerWords: Readonly<Record<Execution["trigger"], string>> = {
  schedule: "Schedule",
  manual: "Run now",
  api: "API",
  catch_up: "Catch-up",
  replay: "Run again",
  agent: "Follow-up",
  workflow: "Workflow",
};

/** As the pill says them; of completed ones it says the outcome. */
export const statusWords: Readonly<Record<Execution["status"], string>> = {
  queued: "Queued",
  running: "Running",
  waiting: "Waiting",
  completed: "Completed",
  failed: "Failed",
  canceled: "Cancelled",
  skipped: "Skipped",
};

export const outcomeWords: Readonly<Record<NonNullable<Execution["outcome"]>, string>> = {
  goal_met: "Goal met",
  message_sent: "Message sent",
  no_action_needed: "No action needed",
  handed_over: "Handed over",
  blocked: "Blocked",
  delivery_failed: "Delivery failed",
  limit_reached: "Limit reached",
  none: "Nothing done",
};

/** What started it. A reply answers a message, whatever the machinery calls it. */
export function triggerOf({ kind, trigger }: Pick<Execution, "kind" | "trigger">): string {
  return kind === "reply" ? "Message" : triggerWords[trigger];
}

export const endedStatuses: ReadonlySet<Execution["status"]> = new Set([
  "completed",
  "failed",
  "canceled",
  "skipped",
]);

/** Milliseconds from its start to its end or to now; undefined before it has begun. */
export function durationMs(
  { startedAt, completedAt }: Pick<Execution, "startedAt" | "completedAt">,
  now: number,
): number | undefined {
  if (startedAt === null) return undefined;
  const end = completedAt === null ? now : Date.parse(completedAt);
  return Math.max(0, end - Date.parse(startedAt));
}

/** Why there is more than one attempt; `waits` is how many of the loaded steps are waits. */
export function attemptWords(attempt: number, waits: number): string | undefined {
  if (attempt <= 1) return undefined;
  const resumed = Math.min(waits, attempt - 1);
  const lost = attempt - 1 - resumed;
  const parts = [
    ...(resumed > 0 ? [`went on after ${resumed === 1 ? "a wait" : `${resumed} waits`}`] : []),
    ...(lost > 0
      ? [`taken up again ${lost === 1 ? "" : `${lost} times `}after its process ended or gave it back`]
      : []),
  ];
  return parts.join("; ");
}
