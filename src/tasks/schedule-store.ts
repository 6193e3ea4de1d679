import { toStorableJson } from "../base/text.ts";
import type { Queryable, TenantTx } from "../db/index.ts";
import type { TickOwner } from "./new-execution.ts";
import type { Schedule } from "./schedule/index.ts";
import type { TaskAt, TaskPolicies } from "./task.ts";

/** A task's schedule as the sweep needs it. Ids are UUIDs. */
export interface ArmedSchedule extends TickOwner {
  readonly rule: Schedule;
  /** When the schedule was set. */
  readonly scheduledAt: Date;
  readonly nextRunAt: Date | null;
  readonly policies: TaskPolicies;
  /** Ticks that ran. */
  readonly runsCount: number;
  /** From then on no tick runs. */
  readonly expiresAt: Date | null;
  /** True: a tick is for all contacts of the task's audience. */
  readonly hasAudience: boolean;
}

/** Writes a task's schedule, or puts it in the place of the one there was. */
export async function putSchedule(tx: TenantTx, schedule: ArmedSchedule): Promise<void> {
  await tx.query({
    name: "put_task_schedule",
    text: `insert into task_schedules (workspace_id, task_id, agent_id, contact_id, max_time_seconds, rule, anchor_at,
        next_run_at, policies, runs_count, expires_at, has_audience)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      on conflict (workspace_id, task_id) do update set agent_id = excluded.agent_id, contact_id = excluded.contact_id,
        max_time_seconds = excluded.max_time_seconds, rule = excluded.rule, anchor_at = excluded.anchor_at,
        next_run_at = excluded.next_run_at, policies = excluded.policies, runs_count = excluded.runs_count,
        expires_at = excluded.expires_at, has_audience = excluded.has_audience`,
    values: [
      tx.workspaceId,
      schedule.taskId,
      schedule.agentId,
      schedule.contactId,
      schedule.maxTimeSeconds,
      toStorableJson(schedule.rule),
      schedule.scheduledAt,
      schedule.nextRunAt,
      // Nothing to read for the sweep where all are the defaults.
      Object.keys(schedule.policies).length === 0 ? null : toStorableJson(schedule.policies),
      schedule.runsCount,
      schedule.expiresAt,
      schedule.hasAudience,
    ],
  });
}

export async function setNextRun(tx: TenantTx, taskId: string, nextRunAt: Date | null): Promise<void> {
  await tx.query({
    name: "set_next_run",
    text: "update task_schedules set next_run_at = $3 where workspace_id = $1 and task_id = $2",
    values: [tx.workspaceId, taskId, nextRunAt],
  });
}

export async function deleteSchedule(tx: TenantTx, taskId: string): Promise<void> {
  await tx.query({
    name: "delete_task_schedule",
    text: "delete from task_schedules where workspace_id = $1 and task_id = $2",
    values: [tx.workspaceId, taskId],
  });
}

/** A row that a sweep or the reconciler holds locked. */
export interface HeldSchedule {
  readonly workspace_id: string;
  readonly task_id: string;
  readonly agent_id: string | null;
  readonly contact_id: string | null;
  readonly max_time_seconds: number;
  readonly rule: unknown;
  readonly anchor_at: Date;
  readonly next_run_at: Date | null;
  /** Whatever was stored; null: the defaults. */
  readonly policies: unknown;
  readonly runs_count: number;
  readonly expires_at: Date | null;
  readonly has_audience: boolean;
  /** The database's time at which the transaction began. */
  readonly now: Date;
}

/** Whose ticks the row holds. */
export function ownerOf(row: HeldSchedule): TickOwner {
  return {
    taskId: row.task_id,
    agentId: row.agent_id,
    contactId: row.contact_id,
    maxTimeSeconds: row.max_time_seconds,
  };
}

const columns = [
  "workspace_id, task_id, agent_id, contact_id, max_time_seconds, rule, anchor_at, next_run_at, policies, runs_count",
  "expires_at, has_audience, now() as now",
].join(", ");

/**
 * Makes the planner of this transaction follow indexes. It estimates how much is due from statistics of a quieter
 * moment, and then reads and sorts everything that is due for each batch instead of the first entries of the index.
 */
export async function followIndexes(tx: Queryable): Promise<void> {
  await tx.query({
    name: "follow_indexes",
    text: `select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
      set_config('enable_sort', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true)`,
  });
}

/**
 * Locks schedules that are due. The order has nothing but `next_run_at`: with anything more PostgreSQL reads the table
 * instead of the index (40 to 100 ms with a million rows).
 */
export async function takeDue(tx: Queryable, limit: number): Promise<readonly HeldSchedule[]> {
  const { rows } = await tx.query<HeldSchedule>({
    name: "take_due_schedules",
    text: `select ${columns} from task_schedules where next_run_at <= now()
      order by next_run_at limit $1 for update skip locked`,
    values: [limit],
  });
  return rows;
}

/** Milliseconds until the next run of any task by the database's clock, negative if it is late; null without any. */
export async function readNextDueMs(tx: Queryable): Promise<number | null> {
  const { rows } = await tx.query<{ due_in_ms: number }>({
    name: "next_due_schedule",
    text: `select (extract(epoch from next_run_at - clock_timestamp()) * 1000)::float8 as due_in_ms from task_schedules
      where next_run_at is not null order by next_run_at limit 1`,
  });
  return rows[0]?.due_in_ms ?? null;
}

export interface NextRun {
  readonly workspaceId: string;
  readonly taskId: string;
  readonly nextRunAt: Date | null;
  readonly runsCount: number;
}

export async function setNextRuns(tx: Queryable, runs: readonly NextRun[]): Promise<void> {
  await tx.query({
    name: "set_next_runs",
    text: `update task_schedules s set next_run_at = n.next_run_at, runs_count = n.runs_count
      from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[])
        as n (workspace_id, task_id, next_run_at, runs_count)
      where s.workspace_id = n.workspace_id and s.task_id = n.task_id`,
    values: [
      runs.map(({ workspaceId }) => workspaceId),
      runs.map(({ taskId }) => taskId),
      runs.map(({ nextRunAt }) => nextRunAt),
      runs.map(({ runsCount }) => runsCount),
    ],
  });
}

/** Locks schedules of active tasks that have no next run, after a position in the order of their keys. */
export async function takeUnarmed(
  tx: Queryable,
  after: TaskAt,
  limit: number,
): Promise<readonly HeldSchedule[]> {
  const { rows } = await tx.query<HeldSchedule>({
    name: "take_unarmed_schedules",
    text: `select ${columns} from task_schedules s
      where s.next_run_at is null and (s.workspace_id, s.task_id) > ($1, $2)
        and exists (select 1 from tasks t where t.workspace_id = s.workspace_id and t.id = s.task_id and t.state = 'active')
      order by s.workspace_id, s.task_id limit $3 for update of s skip locked`,
    values: [after.workspaceId, after.taskId, limit],
  });
  return rows;
}
