import type { Execution } from "../../engine/index.ts";
import { taskKindName } from "../task.ts";

export interface ReplayRefusal {
  readonly code:
    | "execution_not_replayable"
    | "execution_not_ended"
    | "task_deleted"
    | "replay_would_repeat_messages";
  readonly message: string;
}

/** Why an execution is not carried out again, undefined if it is. */
export function decideReplay(facts: {
  readonly original: Pick<Execution, "kind" | "status">;
  readonly taskFound: boolean;
  /** True: it says what became of several contacts and was about none of them. */
  readonly isSummary: boolean;
  /** How many it sent. */
  readonly messages: number;
  readonly confirm: boolean;
}): ReplayRefusal | undefined {
  const { original, messages } = facts;
  if (original.kind !== taskKindName) {
    const message = `This is an execution of kind ${original.kind}: it answered what was said at its time. Only executions of tasks can be replayed.`;
    return { code: "execution_not_replayable", message };
  }
  if (["queued", "running", "waiting"].includes(original.status)) {
    const message = `The execution is ${original.status}; cancel it or wait for its end.`;
    return { code: "execution_not_ended", message };
  }
  if (facts.isSummary) {
    const message =
      "This skipped execution stands for contacts that a run left out. Trigger the task, or replay a contact's own execution.";
    return { code: "execution_not_replayable", message };
  }
  if (!facts.taskFound)
    return {
      code: "task_deleted",
      message: "The execution's task was deleted: there is nothing to do again.",
    };
  if (messages === 0 || facts.confirm) return undefined;
  const what = messages === 1 ? "1 message" : `${messages} messages`;
  const message = `The execution sent ${what}, which a replay would send again. Confirm it with {"confirm": true}.`;
  return { code: "replay_would_repeat_messages", message };
}
