import type { NewExecution } from "../engine/index.ts";
import { withDefaultLimits } from "./rules.ts";
import type { TickExecution } from "./schedule/index.ts";
import { type Task, taskKindName } from "./task.ts";

/** Whose tick it is. Ids are UUIDs. */
export interface TickOwner {
  readonly taskId: string;
  readonly agentId: string | null;
  readonly contactId: string | null;
  readonly maxTimeSeconds: number;
}

/** What the ticks of a task belong to. */
export function ownerOfTask(task: Pick<Task, "id" | "agentId" | "contactId" | "limits">): TickOwner {
  const { id: taskId, agentId, contactId, limits } = task;
  return { taskId, agentId, contactId, maxTimeSeconds: withDefaultLimits(limits).maxTimeSeconds };
}

/** What every execution of a task has, whatever begins it; one over an audience has its own contact. */
export function executionOfTask(task: Parameters<typeof ownerOfTask>[0]) {
  return { kind: taskKindName, ...ownerOfTask(task) };
}

/** The execution of a tick, also of one that is skipped, without its id. */
export function executionOfTick(
  { taskId, agentId, contactId, maxTimeSeconds }: TickOwner,
  tick: TickExecution & { readonly delayMs?: number },
): NewExecution & { taskId: string } {
  const { trigger, scheduledFor, reason, missed, delayMs = 0 } = tick;
  return {
    kind: taskKindName,
    lane: "scheduled",
    ...{ taskId, agentId, contactId, maxTimeSeconds, trigger, scheduledFor, delayMs },
    afterPrevious: tick.status === "after_previous",
    ...(reason === undefined ? {} : { skipped: { ...reason, ...(missed === undefined ? {} : { missed }) } }),
  };
}
