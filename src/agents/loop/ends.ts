import type { ExecutionResult, Reason } from "../../engine/index.ts";
import { type ClaimedOutcome, judgeOutcome, shortenSummary, type Tally } from "./outcome.ts";

/** The run ended by itself; `claim` is what it says of itself. */
export function completed(tally: Tally, summary: string, claim?: ClaimedOutcome): ExecutionResult {
  return { status: "completed", ...judgeOutcome(tally, claim), ...withSummary(shortenSummary(summary)) };
}

/** The run cannot go on. */
export function failed(reason: Reason, tally: Tally): ExecutionResult {
  const { outcome } = judgeOutcome(tally, undefined);
  return { status: "failed", outcome, reason, ...withSummary(describeDone(tally)) };
}

/** The run was cut off. */
export function endAtLimit(reason: Reason, tally: Tally): ExecutionResult {
  return { status: "failed", outcome: "limit_reached", reason, ...withSummary(describeDone(tally)) };
}

function withSummary(summary: string | undefined): { readonly summary?: string } {
  return summary === undefined ? {} : { summary };
}

/** What a run that was cut off had done. */
function describeDone({ accepted, refused, changes, answered }: Tally): string | undefined {
  const parts = [
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ];
  const messages = parts.length === 0 ? "No message was sent" : `Messages: ${parts.join(", ")}`;
  const others = [
    ...(changes > 0 ? [`; facts kept and follow-ups arranged: ${changes}`] : []),
    ...(answered > 0 ? [`; tool calls that succeeded: ${answered}`] : []),
  ];
  return `${messages}${others.join("")}.`;
}
