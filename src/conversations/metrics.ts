import { defineCounter, type Metric, type Metrics } from "../base/metrics.ts";
import type { Message } from "./conversation.ts";

const messagesStored = defineCounter({
  name: "errand_messages_total",
  help: "Messages stored, by direction (in or out), the status they were stored with and the gate's verdict: allowed, the code of the refusal or of what it is held for, or none for what contacts write.",
  labels: ["direction", "status", "verdict"],
});

export const messageMetrics: readonly Metric[] = [messagesStored];

/** Counts a message that was stored. */
export function countMessage(
  metrics: Metrics,
  { direction, status, reasonCode }: Pick<Message, "direction" | "status" | "reasonCode">,
): void {
  const isBlocked = status === "refused" || status === "held";
  const verdict = direction === "in" ? "none" : isBlocked ? (reasonCode ?? status) : "allowed";
  metrics.count(messagesStored, { direction, status, verdict });
}
