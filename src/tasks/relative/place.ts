import { type Contact, getContact, matchContacts, readAttribute } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import {
  announce,
  type Core,
  enqueueExecutions,
  type PlacedExecution,
  type Reason,
} from "../../engine/index.ts";
import { executionOfTask } from "../new-execution.ts";
import { withDefaultPolicies } from "../rules.ts";
import { readNow, selectTask } from "../store.ts";
import type { Audience, Task } from "../task.ts";
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
  holdRelative,
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
  for (const { taskId, ...found } of await selectRelativesOf(tx, after.id)) {
    if (found.rule === null || !concerns(found.rule, found.audience, before, after)) continue;
    // A change of the task at the same time would leave this contact with the times of the old schedule.
    const relative = await holdRelative(tx, taskId);
    const rule = relative?.rule ?? null;
    if (relative === undefined || rule === null) continue;
    const hasKey = keyOf(readAttribute(after, rule.attribute)) !== undefined;
    const isMeant = hasKey && (await isAmong(tx, relative, after.id));
    if (!isMeant) {
      await deleteOutdatedRuns(tx, taskId, [{ contactId: after.id, value: null }]);
      announce(tx, { kind: "task", id: taskId });
      continue;
    }
    const task = await selectTask(tx, taskId);
    if (task !== undefined) await placeOne(core, tx, { task, rule, contact: after });
  }
}

/** False where a change of a contact cannot change its due times. */
function concerns(
  rule: RelativeSchedule,
  audience: Audience | null,
  before: Contact | undefined,
  after: Contact,
): boolean {
  const key = keyOf(readAttribute(after, rule.attribute));
  const hadKey = before === undefined ? undefined : keyOf(readAttribute(before, rule.attribute));
  if (key === undefined && hadKey === undefined) return false;
  return audience !== null || key !== hadKey;
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
  const [found] = await matchContacts(tx, audience.filter, page);
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
    const raw = readAttribute(contact, rule.attribute);
    const value = keyOf(raw);
    if (value === undefined) return [];
    return [{ contactId: contact.id, value, placement: placeValue(rule, raw, facts) }];
  });
  announce(tx, { kind: "task", id: task.id });
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
    ...executionOfTask(task),
    lane: task.audience === null ? "scheduled" : "bulk",
    trigger: "schedule",
    contactId: skipped.contactId,
    scheduledFor: skipped.scheduledFor,
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
