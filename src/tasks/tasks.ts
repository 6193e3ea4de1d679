import { isDeepStrictEqual } from "node:util";
import { externalIdTaken, notFound, requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { withoutUndefined } from "../base/objects.ts";
import type { Page, PageOf } from "../base/page.ts";
import { endSessionsOfTask } from "../conversations/index.ts";
import { type TenantTx, uniqueViolation } from "../db/index.ts";
import { type Core, cancelExecutions, deleteExecutionsOfTask } from "../engine/index.ts";
import { changedFields, type Origin, recordChange } from "../workspaces/index.ts";
import { recordDroppedOf } from "./dropped-ticks.ts";
import { reactivate } from "./reactivation.ts";
import { checkReferences } from "./references.ts";
import { mergeLimits, planNextRun, withDefaults } from "./rules.ts";
import type { DropCause } from "./schedule/index.ts";
import { deleteSchedule, putSchedule } from "./schedule-store.ts";
import {
  deleteTaskRow,
  insertTask,
  lockTask,
  readNow,
  selectTask,
  selectTasks,
  updateTaskRow,
} from "./store.ts";
import type { Task, TaskChanges, TaskFields, TaskFilter } from "./task.ts";
import { wakeSweep } from "./wake.ts";

const defaultSessionSeconds = 86_400;

const droppedByChange: DropCause = { code: "rescheduled", when: "when the schedule was changed" };

/** Makes a task, active from now on. Throws 422 at the fields at fault and 409 `external_id_taken`. */
export async function createTask(
  core: Core,
  tx: TenantTx,
  fields: TaskFields & { readonly demo?: boolean },
  origin: Origin,
): Promise<Task> {
  const { agentId = null, contactId = null, channelId = null, schedule = null } = fields;
  const now = await readNow(tx);
  await checkReferences(tx, { agentId, contactId, channelId, schedule }, now);
  const id = newId();
  const limits = mergeLimits({}, fields.limits ?? {});
  await insertTask(tx, {
    id,
    agentId,
    contactId,
    channelId,
    schedule,
    limits,
    name: fields.name,
    description: fields.description,
    sessionDurationSeconds: fields.sessionDurationSeconds ?? defaultSessionSeconds,
    meta: fields.meta ?? {},
    externalId: fields.externalId ?? null,
    demo: fields.demo ?? false,
  }).catch(throwIfTaken);
  if (schedule !== null) {
    await putSchedule(tx, {
      taskId: id,
      agentId,
      contactId,
      rule: schedule,
      scheduledAt: now,
      maxTimeSeconds: withDefaults(limits).maxTimeSeconds,
      nextRunAt: planNextRun({ state: "active", schedule }, { now, scheduledAt: now }),
    });
    wakeSweep(core, tx);
  }
  const task = await readBack(tx, id);
  await record(tx, origin, "task.create", undefined, task);
  return task;
}

/** Undefined if there is no such task in the workspace. */
export function getTask(tx: TenantTx, id: string): Promise<Task | undefined> {
  return selectTask(tx, id);
}

export function listTasks(tx: TenantTx, filter: TaskFilter, page: Page): Promise<PageOf<Task>> {
  return selectTasks(tx, filter, page);
}

/**
 * Changes the fields given. Executions under way go on as they were at their start. Another schedule counts from now; a
 * run of the former one that was due is recorded as skipped. A task that has ended becomes active by it, any other
 * state stays as it is. Throws 404, 422, and 409 `external_id_taken` or `task_not_resumable`.
 */
export async function updateTask(
  core: Core,
  tx: TenantTx,
  id: string,
  changes: TaskChanges,
  origin: Origin,
): Promise<Task> {
  const before = requireFound(await lockTask(tx, id), "task");
  const now = await readNow(tx);
  const { limits: limitChanges, schedule: wantedSchedule, ...plain } = changes;
  // A schedule sent back as it was read is no change: its one run may be past by now.
  const rescheduled = wantedSchedule !== undefined && !isDeepStrictEqual(wantedSchedule, before.schedule);
  const { agentId, contactId, channelId } = changes;
  const movesChannel = contactId !== undefined || channelId !== undefined;
  await checkReferences(
    tx,
    {
      agentId,
      ...(movesChannel
        ? {
            contactId: contactId === undefined ? before.contactId : contactId,
            channelId: channelId === undefined ? before.channelId : channelId,
          }
        : {}),
      ...(rescheduled ? { schedule: wantedSchedule } : {}),
    },
    now,
  );
  await updateTaskRow(tx, id, {
    ...withoutUndefined(plain),
    ...(rescheduled ? { schedule: wantedSchedule } : {}),
    ...(limitChanges === undefined ? {} : { limits: mergeLimits(before.limits, limitChanges) }),
  }).catch(throwIfTaken);
  if (rescheduled) await recordDroppedOf(core, tx, before, { now, cause: droppedByChange });
  const changed = await readBack(tx, id);
  await arrangeSchedule(core, tx, { before, after: changed, rescheduled, now });
  // Whoever gives a task that has ended something to do again must not be left with one that never does it.
  if (rescheduled && changed.schedule !== null && before.state === "ended")
    await reactivate(core, tx, { ...changed, scheduledAt: now }, now);
  const after = await readBack(tx, id);
  await record(tx, origin, "task.update", before, after);
  return after;
}

/** Brings the sweep's row in line with a task that was changed. */
async function arrangeSchedule(
  core: Core,
  tx: TenantTx,
  change: { readonly before: Task; readonly after: Task; readonly rescheduled: boolean; readonly now: Date },
): Promise<void> {
  const { before, after, rescheduled, now } = change;
  if (after.schedule === null) return deleteSchedule(tx, after.id);
  const scheduledAt = rescheduled ? now : (before.scheduledAt ?? now);
  await putSchedule(tx, {
    taskId: after.id,
    agentId: after.agentId,
    contactId: after.contactId,
    rule: after.schedule,
    scheduledAt,
    maxTimeSeconds: withDefaults(after.limits).maxTimeSeconds,
    nextRunAt: rescheduled ? planNextRun(after, { now, scheduledAt }) : before.nextRunAt,
  });
  if (rescheduled) wakeSweep(core, tx);
}

/**
 * Deletes a task with its executions, after those under way were cancelled. Conversations remain, its sessions in them
 * end. Throws 404.
 */
export async function deleteTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  requireFound(await selectTask(tx, id), "task");
  await endSessionsOfTask(core, tx, id);
  await cancelExecutions(
    core,
    tx,
    { taskId: id },
    { code: "task_deleted", message: "The task was deleted." },
  );
  const task = await lockTask(tx, id);
  if (task === undefined || !(await deleteTaskRow(tx, id))) throw notFound("task");
  // A run may have begun another one before it was cancelled.
  await endSessionsOfTask(core, tx, id);
  // After the row and its schedule are gone nothing can make another execution.
  await deleteExecutionsOfTask(tx, id);
  await record(tx, origin, "task.delete", task, undefined);
}

async function readBack(tx: TenantTx, id: string): Promise<Task> {
  return requireRow(await selectTask(tx, id), "reading a task that was just written");
}

function throwIfTaken(error: unknown): never {
  throw uniqueViolation(error) === "tasks_external_id" ? externalIdTaken("task") : error;
}

const audited = [
  "name",
  "description",
  "agentId",
  "contactId",
  "channelId",
  "schedule",
  "sessionDurationSeconds",
  "limits",
  "meta",
  "externalId",
  "state",
  "stateReason",
] as const satisfies readonly (keyof Task)[];

/** Writes a change of a task to the audit log, if anything of it is new. */
export async function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Task | undefined,
  after: Task | undefined,
): Promise<void> {
  const changes = changedFields(before, after, audited);
  if (Object.keys(changes).length === 0) return;
  const id = (after ?? before)?.id ?? null;
  await recordChange(tx, { ...origin, action, target: { kind: "task", id }, changes });
}
