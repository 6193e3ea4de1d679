import type { ExecutionResult, Reason } from "../../engine/index.ts";
import { type ClaimedOutcome, judgeOutcome, shortenSummary, type Tally } from "./outcome.ts";

/** The run ended by itself; `claim` is what it says of itself. */
export function completed(tally: Tally, summary: string, claim?: ClaimedOutcome): ExecutionResult {
  const { outcome, reason } = judgeOutcome(tally, claim);
  return {
    ...{ status: "completed", outcome },
    ...(reason === undefined ? {} : { reason }),
    ...withSummary(shortenSummary(summary)),
    ...untilMessagesHaveGone(tally),
  };
}

/** The run cannot go on. */
export function failed(reason: Reason, tally: Tally): ExecutionResult {
  const { outcome } = judgeOutcome(tally, undefined);
  return {
    ...{ status: "failed", outcome, reason },
    ...withSummary(describeDone(tally)),
    ...untilMessagesHaveGone(tally),
  };
}

/** What waited when it was written may have gone out before the run ends. */
function untilMessagesHaveGone({ held }: Tally): { readonly provisional?: true } {
  return held === 0 ? {} : { provisional: true };
}

/** The run was cut off. */
export function endAtLimit(reason: Reason, tally: Tally): ExecutionResult {
  return { status: "failed", outcome: "limit_reached", reason, ...withSummary(describeDone(tally)) };
}

function withSummary(summary: string | undefined): { readonly summary?: string } {
  return summary === undefined ? {} : { summary };
}

/** What a run that was cut off had done. */
function describeDone({ accepted, held, refused, changes, answered }: Tally): string | undefined {
  const parts = [
    ...(accepted > held ? [`${accepted - held} accepted`] : []),
    ...(held > 0 ? [`${held} held when written`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ];
  const messages = parts.length === 0 ? "No message was sent" : `Messages: ${parts.join(", ")}`;
  const others = [
    ...(changes > 0 ? [`; facts kept and follow-ups arranged: ${changes}`] : []),
    ...(answered > 0 ? [`; tool calls that succeeded: ${answered}`] : []),
  ];
  return `${messages}${others.join("")}.`;
}
