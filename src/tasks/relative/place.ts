import { type Contact, type ContactFilter, getContact, matchContacts } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import { type Core, enqueueExecutions, type PlacedExecution, type Reason } from "../../engine/index.ts";
import { withDefaultPolicies, withDefaults } from "../rules.ts";
import { readNow, selectTask } from "../store.ts";
import { type Audience, type Task, taskKindName } from "../task.ts";
import { wakeSweep } from "../wake.ts";
import { beginWalk } from "../walk/begin.ts";
import { deleteWalksOf } from "../walk/store.ts";
import {
  asRelative,
  isSameArrangement,
  keyOf,
  type Placement,
  placeValue,
  type RelativeSchedule,
  uuidBefore,
} from "./rules.ts";
import {
  deleteOutdatedRuns,
  deleteWaitingRuns,
  insertRuns,
  putRelative,
  type RelativeTask,
  selectNextRuns,
  selectRelative,
  selectRelativesOf,
} from "./store.ts";

/**
 * Brings the due times of a task in line with its schedule after it was made or changed: with a `relative` schedule
 * those of its contact or audience, with any other none. Does nothing if the schedule, contact and audience are as they
 * were. A value for which the task ran stays done, whatever the schedule says now.
 */
export async function placeRelative(core: Core, tx: TenantTx, task: Task): Promise<void> {
  const before = await selectRelative(tx, task.id);
  const rule = asRelative(task.schedule);
  if (before === undefined && rule === null) return;
  const after = { taskId: task.id, rule, contactId: task.contactId, audience: task.audience };
  await putRelative(tx, after);
  if (before !== undefined && isSameArrangement(before, after)) return;
  await deleteWaitingRuns(tx, task.id);
  await deleteWalksOf(tx, task.id, "place");
  if (rule === null) return;
  if (task.audience !== null) await beginPlacing(core, tx, task.id, task.audience);
  const contact = task.contactId === null ? undefined : await getContact(tx, task.contactId);
  if (contact !== undefined) await placeOne(core, tx, { task, rule, contact });
}

/** Begins to give the contacts of an audience their due times; those that have theirs keep them. */
export async function beginPlacing(
  core: Core,
  tx: TenantTx,
  taskId: string,
  audience: Audience,
): Promise<void> {
  await beginWalk(core, tx, { taskId, purpose: "place", trigger: null, scheduledFor: null, audience });
}

/** Brings the due times of a contact that was made or changed in line with the tasks that are about it. */
export async function followContact(
  core: Core,
  tx: TenantTx,
  before: Contact | undefined,
  after: Contact,
): Promise<void> {
  for (const relative of await selectRelativesOf(tx, after.id)) {
    const { rule, taskId } = relative;
    if (rule === null) continue;
    const key = keyOf(after.attributes[rule.attribute]);
    const hadKey = keyOf(before?.attributes[rule.attribute]);
    if (key === undefined && hadKey === undefined) continue;
    if (relative.audience === null && key === hadKey) continue;
    const isMeant = key !== undefined && (await isAmong(tx, relative, after.id));
    if (!isMeant) {
      await deleteOutdatedRuns(tx, taskId, [{ contactId: after.id, value: null }]);
      continue;
    }
    const task = await selectTask(tx, taskId);
    if (task !== undefined) await placeOne(core, tx, { task, rule, contact: after });
  }
}

/** True if a task is about this contact now; of an audience only those who opted out, or did not, if so chosen. */
export async function isAmong(
  tx: TenantTx,
  { contactId, audience }: Pick<RelativeTask, "contactId" | "audience">,
  id: string,
  choice: { readonly optedOut?: boolean } = {},
): Promise<boolean> {
  if (audience === null) return contactId === id;
  const page = { ...choice, after: uuidBefore(id), limit: 1 };
  const [found] = await matchContacts(tx, audience.filter as ContactFilter, page);
  return found === id;
}

async function placeOne(
  core: Core,
  tx: TenantTx,
  of: { readonly task: Task; readonly rule: RelativeSchedule; readonly contact: Contact },
): Promise<void> {
  const { task, rule, contact } = of;
  const [placed] = await placeContacts(tx, { task, rule, contacts: [contact] });
  if (placed === undefined) return;
  const { placement } = placed;
  if (placement.kind === "waits") return wakeSweep(core, tx);
  await enqueueExecutions(core, tx, [
    skippedExecution(tx, task, {
      contactId: contact.id,
      scheduledFor: placement.kind === "missed" ? placement.dueAt : null,
      reason: placement.reason,
    }),
  ]);
}

export interface PlacedContact {
  readonly contactId: string;
  readonly placement: Placement;
}

/** Notes the due times of contacts; answers those whose value is new. */
export async function placeContacts(
  tx: TenantTx,
  of: { readonly task: Task; readonly rule: RelativeSchedule; readonly contacts: readonly Contact[] },
): Promise<readonly PlacedContact[]> {
  const { task, rule, contacts } = of;
  const facts = { now: await readNow(tx), policies: withDefaultPolicies(task.policies) };
  const found = contacts.flatMap((contact) => {
    const raw = contact.attributes[rule.attribute];
    const value = keyOf(raw);
    if (value === undefined) return [];
    return [{ contactId: contact.id, value, placement: placeValue(rule, raw, facts) }];
  });
  await deleteOutdatedRuns(tx, task.id, found);
  const isNew = await insertRuns(
    tx,
    task.id,
    found.map(({ contactId, value, placement }) => ({
      contactId,
      value,
      dueAt: placement.kind === "invalid" ? null : placement.dueAt,
      isSettled: placement.kind !== "waits",
    })),
  );
  return found.filter(({ contactId }) => isNew.has(contactId));
}

/** The execution that says why there was none. */
export function skippedExecution(
  tx: TenantTx,
  task: Task,
  skipped: {
    readonly contactId: string | null;
    readonly scheduledFor: Date | null;
    readonly reason: Reason;
    readonly missed?: { readonly count: number; readonly first: Date; readonly last: Date };
  },
): PlacedExecution {
  const { reason, missed } = skipped;
  return {
    workspaceId: tx.workspaceId,
    kind: taskKindName,
    lane: task.audience === null ? "scheduled" : "bulk",
    trigger: "schedule",
    taskId: task.id,
    agentId: task.agentId,
    contactId: skipped.contactId,
    scheduledFor: skipped.scheduledFor,
    maxTimeSeconds: withDefaults(task.limits).maxTimeSeconds,
    skipped: { ...reason, ...(missed === undefined ? {} : { missed }) },
  };
}

/** The next due time of each of these tasks that has a `relative` schedule and a contact whose time will come. */
export function findNextRelative(
  tx: TenantTx,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  return selectNextRuns(tx, taskIds);
}
