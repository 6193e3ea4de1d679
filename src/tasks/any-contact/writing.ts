import type { TaskWriting } from "../conversation.ts";
import type { Task } from "../task.ts";

/** What an execution without a contact has to know of a task that may write to any; kept in its journal. */
export interface AnyContactWriting {
  readonly anyContact: Omit<TaskWriting, "contactId" | "channelId"> & {
    /** Null: chosen for each contact. */
    readonly channelId: string | null;
  };
}

/** Null: the task may not write to contacts that it is not about. */
export function writingToAny(task: Task): AnyContactWriting | null {
  if (task.mayWriteTo !== "any") return null;
  const { id: taskId, channelId, sessionDurationSeconds, purpose, whenBlocked } = task;
  return {
    anyContact: { taskId, channelId, sessionDurationSeconds, conversationId: null, purpose, whenBlocked },
  };
}

/** The same read back from what a run was started with. */
export function anyContactOf(data: unknown): AnyContactWriting["anyContact"] | undefined {
  if (data === null || typeof data !== "object" || !("anyContact" in data)) return undefined;
  return (data as AnyContactWriting).anyContact;
}
