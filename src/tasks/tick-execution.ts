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
export function executionOfTick(owner: TickOwner, tick: TickExecution): NewExecution & { taskId: string } {
  const { reason, missed } = tick;
  return {
    kind: taskKindName,
    lane: "scheduled",
    trigger: tick.trigger,
    taskId: owner.taskId,
    agentId: owner.agentId,
    contactId: owner.contactId,
    scheduledFor: tick.scheduledFor,
    maxTimeSeconds: owner.maxTimeSeconds,
    ...(reason === undefined ? {} : { skipped: { ...reason, ...(missed === undefined ? {} : { missed }) } }),
  };
}
