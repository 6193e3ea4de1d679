import type { NewExecution } from "../engine/index.ts";
import type { TickExecution } from "./schedule/index.ts";
import { taskKindName } from "./task.ts";

/** Whose tick it is. Ids are UUIDs. */
export interface TickOwner {
  readonly taskId: string;
  readonly agentId: string | null;
  readonly contactId: string | null;
  readonly maxTimeSeconds: number;
}

/** The execution of a tick, also of one that is skipped, without its id. */
export function executionOfTick(
  owner: TickOwner,
  tick: TickExecution & { readonly delayMs?: number },
): NewExecution & { taskId: string } {
  const { reason, missed, delayMs = 0 } = tick;
  return {
    kind: taskKindName,
    lane: "scheduled",
    trigger: tick.trigger,
    taskId: owner.taskId,
    agentId: owner.agentId,
    contactId: owner.contactId,
    scheduledFor: tick.scheduledFor,
    maxTimeSeconds: owner.maxTimeSeconds,
    delayMs,
    afterPrevious: tick.status === "after_previous",
    ...(reason === undefined ? {} : { skipped: { ...reason, ...(missed === undefined ? {} : { missed }) } }),
  };
}
