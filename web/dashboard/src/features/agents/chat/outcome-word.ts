import type { Execution } from "../../../api/generated/model";
import { lookOf } from "../../../components/execution-pill.tsx";

/** An outcome in the words of executions. */
export function outcomeWord(outcome: string): string {
  return lookOf({ status: "completed", outcome: outcome as Execution["outcome"] })?.word ?? outcome;
}
