import { toStorableJson } from "../../base/text.ts";
import type { Queryable, TenantTx } from "../../db/index.ts";
import type { Trigger } from "../../engine/index.ts";
import type { Audience } from "../task.ts";
import type { NewWalk, Walk, WalkPurpose, WalkStep } from "./walk.ts";

interface WalkRow {
  readonly id: string;
  readonly task_id: string;
  readonly purpose: WalkPurpose;
  readonly trigger: Trigger | null;
  readonly scheduled_for: Date | null;
  readonly audience: Audience;
  readonly after_contact: string | null;
  readonly tally: unknown;
  readonly started_at: Date;
}

const columns = "id, task_id, purpose, trigger, scheduled_for, audience, after_contact, tally, started_at";

function toWalk(row: WalkRow): Walk {
  return {
    id: row.id,
    taskId: row.task_id,
    purpose: row.purpose,
    trigger: row.trigger,
    scheduledFor: row.scheduled_for,
    audience: row.audience,
    afterContact: row.after_contact,
    tally: row.tally,
    startedAt: row.started_at,
  };
}

export async function insertWalk(tx: TenantTx, walk: NewWalk & { readonly id: string }): Promise<void> {
  await tx.query({
    name: "insert_task_walk",
    text: `insert into task_walks (workspace_id, id, task_id, purpose, trigger, scheduled_for, audience)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      tx.workspaceId,
      walk.id,
      walk.taskId,
      walk.purpose,
      walk.trigger,
      walk.scheduledFor,
      toStorableJson(walk.audience),
    ],
  });
}

export async function selectWalk(tx: TenantTx, id: string, lock?: "for update"): Promise<Walk | undefined> {
  const { rows } = await tx.query<WalkRow>({
    name: lock === undefined ? "select_task_walk" : "lock_task_walk",
    text: `select ${columns} from task_walks where workspace_id = $1 and id = $2 ${lock ?? ""}`,
    values: [tx.workspaceId, id],
  });
  return rows[0] === undefined ? undefined : toWalk(rows[0]);
}

export async function advanceWalk(tx: TenantTx, id: string, step: WalkStep): Promise<void> {
  await tx.query({
    name: "advance_task_walk",
    text: "update task_walks set after_contact = $3, tally = $4 where workspace_id = $1 and id = $2",
    values: [tx.workspaceId, id, step.afterContact, toStorableJson(step.tally)],
  });
}

export async function deleteWalk(tx: TenantTx, id: string): Promise<void> {
  await tx.query({
    name: "delete_task_walk",
    text: "delete from task_walks where workspace_id = $1 and id = $2",
    values: [tx.workspaceId, id],
  });
}

/** Ends a task's walks of one purpose where they are. The task must be locked. */
export async function deleteWalksOf(tx: TenantTx, taskId: string, purpose: WalkPurpose): Promise<void> {
  await tx.query({
    name: "delete_task_walks",
    text: "delete from task_walks where workspace_id = $1 and task_id = $2 and purpose = $3",
    values: [tx.workspaceId, taskId, purpose],
  });
}

export async function hasWalk(tx: TenantTx, taskId: string, purpose: WalkPurpose): Promise<boolean> {
  const { rows } = await tx.query({
    name: "has_task_walk",
    text: "select from task_walks where workspace_id = $1 and task_id = $2 and purpose = $3 limit 1",
    values: [tx.workspaceId, taskId, purpose],
  });
  return rows.length > 0;
}

/** A tick that is to be carried out for the task's audience as it is now. */
export interface WalkOfTick {
  readonly workspaceId: string;
  readonly id: string;
  readonly taskId: string;
  readonly trigger: Trigger;
  readonly scheduledFor: Date | null;
}

/** Makes the walks of many ticks; tasks without an audience get none. Answers the ids of the walks made. */
export async function insertWalksOfTicks(
  tx: Queryable,
  ticks: readonly WalkOfTick[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>({
    name: "insert_walks_of_ticks",
    text: `insert into task_walks (workspace_id, id, task_id, purpose, trigger, scheduled_for, audience)
      select n.workspace_id, n.id, n.task_id, 'fire', n.trigger, n.scheduled_for, t.audience
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
        as n (workspace_id, id, task_id, trigger, scheduled_for)
      join tasks t on t.workspace_id = n.workspace_id and t.id = n.task_id
      where t.audience is not null
      returning id`,
    values: [
      ticks.map(({ workspaceId }) => workspaceId),
      ticks.map(({ id }) => id),
      ticks.map(({ taskId }) => taskId),
      ticks.map(({ trigger }) => trigger),
      ticks.map(({ scheduledFor }) => scheduledFor),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}
