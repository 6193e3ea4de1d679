import { isDeepStrictEqual } from "node:util";
import { externalIdTaken, notFound, requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { withoutUndefined } from "../base/objects.ts";
import type { Page, PageOf } from "../base/page.ts";
import { endSessionsOfTask, withdrawHeldMessages } from "../conversations/index.ts";
import { type TenantTx, uniqueViolation } from "../db/index.ts";
import { announce, type Core, cancelExecutions, removeExecutionsOfTask } from "../engine/index.ts";
import { type Origin, recordDifference } from "../workspaces/index.ts";
import { cancelAudience } from "./audience/index.ts";
import { recordDroppedOf } from "./dropped-ticks.ts";
import { ownerOfTask } from "./new-execution.ts";
import { reactivate } from "./reactivation.ts";
import { checkReferences } from "./references.ts";
import { placeRelative } from "./relative/index.ts";
import { expired, mergeLimits, mergePolicies, planNextRun } from "./rules.ts";
import type { DropCause, Schedule } from "./schedule/index.ts";
import { type ArmedSchedule, deleteSchedule, putSchedule } from "./schedule-store.ts";
import {
  deleteTaskRow,
  insertTask,
  lockTask,
  readNow,
  selectTask,
  type TaskValues,
  updateTaskRow,
} from "./store.ts";
import type { Task, TaskChanges, TaskFields, TaskFilter } from "./task.ts";
import { selectTasks, selectTasksByNextRun } from "./task-list-store.ts";
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
  const now = await readNow(tx);
  const values = valuesOf(fields);
  const { agentId, schedule, expiresAt } = values;
  await checkReferences(tx, { agentId, addressee: values, about: values, schedule, expiresAt }, now);
  await insertTask(tx, values).catch(throwIfTaken);
  const { id } = values;
  if (schedule !== null)
    await putSchedule(tx, {
      ...scheduleOf(values, schedule),
      scheduledAt: now,
      nextRunAt: planNextRun({ state: "active", schedule }, { now, scheduledAt: now }),
      runsCount: 0,
    });
  if (schedule !== null || expiresAt !== null) wakeSweep(core, tx);
  const task = await readBack(tx, id);
  await placeRelative(core, tx, task);
  await record(tx, origin, "task.create", undefined, task);
  return task;
}

/** A new task's values, defaults included. */
function valuesOf(fields: TaskFields & { readonly demo?: boolean }): TaskValues {
  const { agentId = null, contactId = null, channelId = null, conversationId = null } = fields;
  return {
    id: newId(),
    name: fields.name,
    description: fields.description,
    ...{ agentId, contactId, channelId, conversationId },
    audience: fields.audience ?? null,
    mayWriteTo: fields.mayWriteTo ?? "contact",
    schedule: fields.schedule ?? null,
    policies: mergePolicies({}, fields.policies ?? {}),
    sessionDurationSeconds: fields.sessionDurationSeconds ?? defaultSessionSeconds,
    limits: mergeLimits({}, fields.limits ?? {}),
    purpose: fields.purpose ?? "service",
    whenBlocked: fields.whenBlocked ?? "hold",
    endWhen: fields.endWhen ?? [],
    expiresAt: fields.expiresAt ?? null,
    meta: fields.meta ?? {},
    externalId: fields.externalId ?? null,
    demo: fields.demo ?? false,
  };
}

/** What the sweep has to know of a task with a schedule. */
function scheduleOf(
  task: TaskValues,
  rule: Schedule,
): Omit<ArmedSchedule, "scheduledAt" | "nextRunAt" | "runsCount"> {
  return {
    ...ownerOfTask(task),
    rule,
    policies: task.policies,
    expiresAt: task.expiresAt,
    hasAudience: task.audience !== null,
  };
}

/** Undefined if there is no such task in the workspace. */
export function getTask(tx: TenantTx, id: string): Promise<Task | undefined> {
  return selectTask(tx, id);
}

/** Tasks, newest first. */
export function listTasks(tx: TenantTx, filter: TaskFilter, page: Page): Promise<PageOf<Task>> {
  return selectTasks(tx, filter, page);
}

/** Tasks with a next run of their own, the soonest first. */
export function listTasksByNextRun(
  tx: TenantTx,
  filter: Omit<TaskFilter, "q">,
  page: Page,
): Promise<PageOf<Task>> {
  return selectTasksByNextRun(tx, filter, page);
}

/**
 * Changes the fields given. Executions under way go on as they were at their start. Another schedule counts from now; a
 * run of the former one that was due is recorded as skipped. A task that has ended becomes active by it, one that has
 * expired by a later `expiresAt` too; any other state stays as it is. Throws 404, 422, and 409 `external_id_taken` or
 * `task_not_resumable`.
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
  const { limits: limitChanges, policies: policyChanges, schedule: wantedSchedule, ...plain } = changes;
  // A schedule sent back as it was read is no change: its one run may be past by now.
  const rescheduled = wantedSchedule !== undefined && !isDeepStrictEqual(wantedSchedule, before.schedule);
  const extended = changes.expiresAt !== undefined && !isDeepStrictEqual(changes.expiresAt, before.expiresAt);
  const wanted = { ...before, ...withoutUndefined(plain), schedule: wantedSchedule ?? null };
  if (wantedSchedule === undefined) wanted.schedule = before.schedule;
  await checkReferences(
    tx,
    {
      agentId: changes.agentId,
      ...(changesAddressee(changes) ? { addressee: wanted } : {}),
      ...(changesAddressee(changes) || rescheduled ? { about: wanted } : {}),
      ...(rescheduled ? { schedule: wantedSchedule } : {}),
      ...(extended ? { expiresAt: changes.expiresAt } : {}),
    },
    now,
  );
  await updateTaskRow(tx, id, {
    ...withoutUndefined(plain),
    ...(rescheduled ? { schedule: wantedSchedule } : {}),
    ...(limitChanges === undefined ? {} : { limits: mergeLimits(before.limits, limitChanges) }),
    ...(policyChanges === undefined ? {} : { policies: mergePolicies(before.policies, policyChanges) }),
  }).catch(throwIfTaken);
  if (rescheduled) await recordDroppedOf(core, tx, before, { now, cause: droppedByChange });
  const changed = await readBack(tx, id);
  await arrangeSchedule(core, tx, { before, after: changed, rescheduled, now });
  if (extended) wakeSweep(core, tx);
  // Whoever gives a task that has ended something to do again must not be left with one that never does it.
  if (before.state === "ended" && isToGoOn(before, changed, { rescheduled, extended }))
    await reactivate(core, tx, await readBack(tx, id), now);
  const after = await readBack(tx, id);
  await placeRelative(core, tx, after);
  await record(tx, origin, "task.update", before, after);
  return after;
}

function changesAddressee(changes: TaskChanges): boolean {
  const { contactId, audience, channelId, conversationId } = changes;
  return [contactId, audience, channelId, conversationId].some((value) => value !== undefined);
}

function isToGoOn(
  before: Task,
  after: Task,
  change: { readonly rescheduled: boolean; readonly extended: boolean },
): boolean {
  if (change.rescheduled && after.schedule !== null) return true;
  return change.extended && before.stateReason?.code === expired.code;
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
    ...scheduleOf(after, after.schedule),
    scheduledAt,
    nextRunAt: rescheduled ? planNextRun(after, { now, scheduledAt }) : before.nextRunAt,
    runsCount: rescheduled ? 0 : before.runsCount,
  });
  if (rescheduled) wakeSweep(core, tx);
}

/**
 * Deletes a task with its executions, after those under way were cancelled; where these are many, they go in the
 * background. Conversations remain; its sessions in them end, and its held messages are withdrawn. Throws 404.
 */
export async function deleteTask(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  requireFound(await selectTask(tx, id), "task");
  await endSessionsOfTask(tx, id);
  await withdrawHeldMessages(core, tx, { taskId: id });
  await cancelAudience(tx, id);
  await cancelExecutions(
    core,
    tx,
    { taskId: id },
    { code: "task_deleted", message: "The task was deleted." },
  );
  const task = await lockTask(tx, id);
  if (task === undefined || !(await deleteTaskRow(tx, id))) throw notFound("task");
  // A run may have begun another one, or had a message held, before it was cancelled.
  await endSessionsOfTask(tx, id);
  await withdrawHeldMessages(core, tx, { taskId: id });
  // After the row and its schedule are gone nothing can make another execution.
  await removeExecutionsOfTask(core, tx, id);
  announce(tx, { kind: "execution", id: null });
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
  "audience",
  "mayWriteTo",
  "conversationId",
  "channelId",
  "schedule",
  "policies",
  "sessionDurationSeconds",
  "limits",
  "purpose",
  "whenBlocked",
  "endWhen",
  "expiresAt",
  "meta",
  "externalId",
  "state",
  "stateReason",
] as const satisfies readonly (keyof Task)[];

/** Writes a change of a task to the audit log, if anything of it is new. */
export function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Task | undefined,
  after: Task | undefined,
): Promise<void> {
  return recordDifference(tx, { ...origin, action, kind: "task", before, after, fields: audited });
}
