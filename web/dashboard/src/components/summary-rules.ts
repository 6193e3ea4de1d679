import type { Execution } from "../api/generated/model";

/** What is said of an execution in one line. */
export interface Told {
  readonly text: string;
  /** It is the reason, not what the agent said. */
  readonly isWhy: boolean;
}

/** Where nothing came of it, the reason counts for more than what the agent says of itself. */
const nothing: ReadonlySet<Execution["outcome"]> = new Set([
  "none",
  "blocked",
  "delivery_failed",
  "limit_reached",
]);

/** Undefined where there is nothing to say. */
export function tellSummary({
  status,
  outcome,
  reason,
  summary,
}: Pick<Execution, "status" | "outcome" | "reason" | "summary">): Told | undefined {
  if (reason !== null && (summary === null || status !== "completed" || nothing.has(outcome)))
    return { text: reason.message, isWhy: true };
  return summary === null ? undefined : { text: summary, isWhy: false };
}
