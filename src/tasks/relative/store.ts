import { toStorableJson } from "../../base/text.ts";
import type { Queryable, TenantTx } from "../../db/index.ts";
import type { Audience, TaskAt } from "../task.ts";
import type { RelativeSchedule } from "./rules.ts";

/** A task whose times are those of its contacts' attributes. Ids are UUIDs. */
export interface RelativeTask {
  readonly taskId: string;
  /** Null: it has another schedule now. */
  readonly rule: RelativeSchedule | null;
  readonly contactId: string | null;
  readonly audience: Audience | null;
}

interface RelativeRow {
  readonly task_id: string;
  readonly rule: RelativeSchedule | null;
  readonly contact_id: string | null;
  readonly audience: Audience | null;
}

const columns = "task_id, rule, contact_id, audience";

function toRelativeTask(row: RelativeRow): RelativeTask {
  return { taskId: row.task_id, rule: row.rule, contactId: row.contact_id, audience: row.audience };
}

export async function selectRelative(tx: TenantTx, taskId: string): Promise<RelativeTask | undefined> {
  const { rows } = await tx.query<RelativeRow>({
    name: "select_task_relative",
    text: `select ${columns} from task_relatives where workspace_id = $1 and task_id = $2`,
    values: [tx.workspaceId, taskId],
  });
  return rows[0] === undefined ? undefined : toRelativeTask(rows[0]);
}

export async function putRelative(tx: TenantTx, relative: RelativeTask): Promise<void> {
  await tx.query({
    name: "put_task_relative",
    text: `insert into task_relatives (workspace_id, task_id, rule, contact_id, audience) values ($1, $2, $3, $4, $5)
      on conflict (workspace_id, task_id) do update set rule = excluded.rule, contact_id = excluded.contact_id,
        audience = excluded.audience`,
    values: [
      tx.workspaceId,
      relative.taskId,
      relative.rule === null ? null : toStorableJson(relative.rule),
      relative.contactId,
      relative.audience === null ? null : toStorableJson(relative.audience),
    ],
  });
}

/** Tasks with a relative schedule that are about this contact, alone or with others; in order. */
export async function selectRelativesOf(tx: TenantTx, contactId: string): Promise<readonly RelativeTask[]> {
  const { rows } = await tx.query<RelativeRow>({
    name: "select_task_relatives_of",
    text: `select ${columns} from task_relatives
      where workspace_id = $1 and (contact_id = $2 or contact_id is null) and rule is not null
      order by task_id`,
    values: [tx.workspaceId, contactId],
  });
  return rows.map(toRelativeTask);
}

/**
 * A task's arrangement as it is now, which no change of the task can replace until the end of this transaction;
 * undefined if the task is gone.
 */
export async function holdRelative(tx: TenantTx, taskId: string): Promise<RelativeTask | undefined> {
  const { rows } = await tx.query<RelativeRow>({
    name: "hold_task_relative",
    text: `select ${columns} from task_relatives where workspace_id = $1 and task_id = $2 for share`,
    values: [tx.workspaceId, taskId],
  });
  return rows[0] === undefined ? undefined : toRelativeTask(rows[0]);
}

/** What became of one value of a contact's attribute. */
export interface ContactRun {
  readonly contactId: string;
  readonly value: string;
  /** Null: the value gives no time. */
  readonly dueAt: Date | null;
  readonly isSettled: boolean;
}

/** Notes values that were not known yet; answers the contacts for whom they are new. */
export async function insertRuns(
  tx: TenantTx,
  taskId: string,
  runs: readonly ContactRun[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ contact_id: string }>({
    name: "insert_task_contact_runs",
    text: `insert into task_contact_runs (workspace_id, task_id, contact_id, value, due_at, settled_at)
      select $1, $2, n.contact_id, n.value, n.due_at, case when n.is_settled then clock_timestamp() end
      from unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::boolean[]) as n (contact_id, value, due_at, is_settled)
      on conflict do nothing
      returning contact_id`,
    values: [
      tx.workspaceId,
      taskId,
      runs.map(({ contactId }) => contactId),
      runs.map(({ value }) => value),
      runs.map(({ dueAt }) => dueAt),
      runs.map(({ isSettled }) => isSettled),
    ],
  });
  return new Set(rows.map((row) => row.contact_id));
}

/** Forgets what waits for contacts whose value is another one by now; null: they have none. */
export async function deleteOutdatedRuns(
  tx: TenantTx,
  taskId: string,
  current: readonly { readonly contactId: string; readonly value: string | null }[],
): Promise<void> {
  await tx.query({
    name: "delete_outdated_contact_runs",
    text: `delete from task_contact_runs r using unnest($3::uuid[], $4::text[]) as n (contact_id, value)
      where r.workspace_id = $1 and r.task_id = $2 and r.contact_id = n.contact_id and r.settled_at is null
        and r.value is distinct from n.value`,
    values: [
      tx.workspaceId,
      taskId,
      current.map(({ contactId }) => contactId),
      current.map(({ value }) => value),
    ],
  });
}

/** Forgets everything that waits for its time. */
export async function deleteWaitingRuns(tx: TenantTx, taskId: string): Promise<void> {
  await tx.query({
    name: "delete_waiting_contact_runs",
    text: "delete from task_contact_runs where workspace_id = $1 and task_id = $2 and settled_at is null",
    values: [tx.workspaceId, taskId],
  });
}

export interface DueRun {
  readonly contactId: string;
  readonly value: string;
  readonly dueAt: Date;
}

/** Locks what is due of a task, the earliest first; what somebody else has locked is passed over. */
export async function takeDueRuns(tx: TenantTx, taskId: string, limit: number): Promise<readonly DueRun[]> {
  const { rows } = await tx.query<{ contact_id: string; value: string; due_at: Date }>({
    name: "take_due_contact_runs",
    text: `select contact_id, value, due_at from task_contact_runs
      where workspace_id = $1 and task_id = $2 and settled_at is null and due_at <= now()
      order by due_at limit $3 for update skip locked`,
    values: [tx.workspaceId, taskId, limit],
  });
  return rows.map((row) => ({ contactId: row.contact_id, value: row.value, dueAt: row.due_at }));
}

export async function settleRuns(tx: TenantTx, taskId: string, runs: readonly DueRun[]): Promise<void> {
  await tx.query({
    name: "settle_contact_runs",
    text: `update task_contact_runs r set settled_at = clock_timestamp()
      from unnest($3::uuid[], $4::text[]) as n (contact_id, value)
      where r.workspace_id = $1 and r.task_id = $2 and r.contact_id = n.contact_id and r.value = n.value`,
    values: [tx.workspaceId, taskId, runs.map(({ contactId }) => contactId), runs.map(({ value }) => value)],
  });
}

/** Counts runs of a relative schedule that were not skipped, for its `maxRuns`. */
export async function addToRunsCount(tx: TenantTx, taskId: string, more: number): Promise<void> {
  await tx.query({
    name: "add_to_runs_count",
    text: "update task_schedules set runs_count = runs_count + $3 where workspace_id = $1 and task_id = $2",
    values: [tx.workspaceId, taskId, more],
  });
}

/** The next due time of each of these tasks; those without one are left out. */
export async function selectNextRuns(
  tx: TenantTx,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await tx.query<{ task_id: string; due_at: Date }>({
    name: "select_next_contact_runs",
    text: `select t.id as task_id, r.due_at from unnest($2::uuid[]) as t (id)
      cross join lateral (select due_at from task_contact_runs r
        where r.workspace_id = $1 and r.task_id = t.id and r.settled_at is null order by r.due_at limit 1) r`,
    values: [tx.workspaceId, taskIds],
  });
  return new Map(rows.map((row) => [row.task_id, row.due_at]));
}

/** Tasks of all workspaces of which something is due: those of the `limit` earliest due times. */
export async function selectDueTasks(tx: Queryable, limit: number): Promise<readonly TaskAt[]> {
  const { rows } = await tx.query<{ workspace_id: string; task_id: string }>({
    name: "select_due_relative_tasks",
    text: `select distinct workspace_id, task_id from (
        select workspace_id, task_id from task_contact_runs
        where settled_at is null and due_at <= now() order by due_at limit $1) due`,
    values: [limit],
  });
  return rows.map((row) => ({ workspaceId: row.workspace_id, taskId: row.task_id }));
}

/** Milliseconds until the next due time of any workspace by the database's clock; null without any. */
export async function readNextDueMs(tx: Queryable): Promise<number | null> {
  const { rows } = await tx.query<{ due_in_ms: number }>({
    name: "next_due_contact_run",
    text: `select (extract(epoch from due_at - clock_timestamp()) * 1000)::float8 as due_in_ms from task_contact_runs
      where settled_at is null order by due_at limit 1`,
  });
  return rows[0]?.due_in_ms ?? null;
}

/** Active tasks of all workspaces with a relative schedule and an audience, after a position in the order of keys. */
export async function selectRelativeAudiences(
  tx: Queryable,
  after: TaskAt,
  limit: number,
): Promise<readonly TaskAt[]> {
  const { rows } = await tx.query<{ workspace_id: string; task_id: string }>({
    name: "select_relative_audiences",
    text: `select r.workspace_id, r.task_id from task_relatives r
      join tasks t on t.workspace_id = r.workspace_id and t.id = r.task_id
      where (r.workspace_id, r.task_id) > ($1, $2) and r.rule is not null and r.audience is not null
        and t.state = 'active'
      order by r.workspace_id, r.task_id limit $3`,
    values: [after.workspaceId, after.taskId, limit],
  });
  return rows.map((row) => ({ workspaceId: row.workspace_id, taskId: row.task_id }));
}
