import type { Task } from "../api/generated/model";

/** Why a task does not run. Pure. */

type Standing = Pick<Task, "state" | "schedule" | "nextRunAt" | "contactId" | "expiresAt">;

/**
 * Why a task that is active has no run ahead: it runs by a date that no contact of it has. Undefined where it is not so;
 * such a date may come at any time, so the task stays active.
 */
export function missingDate(task: Standing): string | undefined {
  const { state, schedule, nextRunAt, contactId, expiresAt } = task;
  if (state !== "active" || schedule?.kind !== "relative" || nextRunAt !== null) return undefined;
  const whose = contactId === null ? "any contact" : "the contact";
  const end = expiresAt === null ? "" : " before the task expires";
  return `No date in “${schedule.attribute}” of ${whose} has a run still to come${end}.`;
}

/** Why a task does not run, in a sentence; undefined: it does, or waits only for its time. */
export function whyNotRunning(task: Standing & Pick<Task, "stateReason">): string | undefined {
  return task.stateReason?.message ?? missingDate(task);
}
