import type { Selectable, Updateable } from "kysely";
import { sql } from "kysely";
import { requireRow } from "../base/errors.ts";
import type { Meta } from "../base/schemas.ts";
import { toStorableJson } from "../base/text.ts";
import type { DB, Queryable, TenantTx } from "../db/index.ts";
import type { Outcome, Reason } from "../engine/index.ts";
import type { Schedule } from "./schedule/index.ts";
import type { HeldSchedule } from "./schedule-store.ts";
import type {
  Audience,
  Goal,
  LastExecution,
  MayWriteTo,
  Purpose,
  Task,
  TaskAt,
  TaskLimits,
  TaskPolicies,
  TaskState,
  WhenBlocked,
} from "./task.ts";

type TaskRow = Selectable<DB["tasks"]> & {
  readonly nextRunAt: Date | null;
  readonly anchorAt: Date | null;
  readonly runsCount: number | null;
};

/** The columns hold nothing but what this module writes: objects, and states of its check. */
export function toTask(row: TaskRow): Task {
  const { anchorAt, stateReasonCode, stateReasonMessage, ...columns } = row;
  // The last two are for filters only.
  const { workspaceId: _workspaceId, lastStatus: _lastStatus, lastOutcome: _lastOutcome, ...rest } = columns;
  return {
    ...rest,
    schedule: row.schedule as Schedule | null,
    policies: row.policies as TaskPolicies,
    audience: row.audience as Audience | null,
    mayWriteTo: row.mayWriteTo as MayWriteTo,
    limits: row.limits as TaskLimits,
    purpose: row.purpose as Purpose,
    whenBlocked: row.whenBlocked as WhenBlocked,
    endWhen: row.endWhen as Goal[],
    lastExecution: row.lastExecution as LastExecution | null,
    meta: row.meta as Meta,
    state: row.state as TaskState,
    stateReason:
      stateReasonCode === null ? null : { code: stateReasonCode, message: stateReasonMessage ?? "" },
    scheduledAt: anchorAt,
    runsCount: row.runsCount ?? 0,
  };
}

/** What a task row is made of, without what the database or a run fills in. */
export type TaskValues = Pick<
  Task,
  | "id"
  | "name"
  | "description"
  | "agentId"
  | "contactId"
  | "audience"
  | "mayWriteTo"
  | "conversationId"
  | "channelId"
  | "schedule"
  | "policies"
  | "sessionDurationSeconds"
  | "limits"
  | "purpose"
  | "whenBlocked"
  | "endWhen"
  | "expiresAt"
  | "meta"
  | "externalId"
  | "demo"
>;

/** The database's clock, which decides what is due. */
export async function readNow(tx: Queryable): Promise<Date> {
  const { rows } = await tx.query<{ now: Date }>({
    name: "tasks_now",
    text: "select clock_timestamp() as now",
  });
  return requireRow(rows[0], "reading the database's clock").now;
}

export async function insertTask(tx: TenantTx, values: TaskValues): Promise<void> {
  const { schedule, policies, audience, limits, endWhen, meta, ...columns } = values;
  await tx.db
    .insertInto("tasks")
    .values({
      ...columns,
      workspaceId: tx.workspaceId,
      schedule: jsonOrNull(schedule),
      policies: toStorableJson(policies),
      audience: jsonOrNull(audience),
      limits: toStorableJson(limits),
      endWhen: [...endWhen],
      meta: toStorableJson(meta),
    })
    .execute();
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : toStorableJson(value);
}

/** Tasks of the workspace with what their schedules say, to be narrowed down. */
export function selectAll(tx: TenantTx) {
  return tx.db
    .selectFrom("tasks as t")
    .leftJoin("taskSchedules as s", (join) =>
      join.onRef("s.workspaceId", "=", "t.workspaceId").onRef("s.taskId", "=", "t.id"),
    )
    .selectAll("t")
    .select(["s.nextRunAt", "s.anchorAt", "s.runsCount"])
    .where("t.workspaceId", "=", tx.workspaceId);
}

export async function selectTask(tx: TenantTx, id: string): Promise<Task | undefined> {
  const row = await selectAll(tx).where("t.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toTask(row);
}

/**
 * Nobody else changes, fires or deletes the task until this transaction ends. The schedule's row is locked first, as
 * the sweep does, so that the two never wait for each other in a circle. Both statements are sent before this returns:
 * what is asked for next, without waiting for the locks, is looked up when they are held.
 */
export async function holdTask(tx: TenantTx, id: string): Promise<void> {
  const values = [tx.workspaceId, id];
  await Promise.all([
    tx.query({
      name: "hold_task_schedule",
      text: "select from task_schedules where workspace_id = $1 and task_id = $2 for update",
      values,
    }),
    tx.query({
      name: "hold_task",
      text: "select from tasks where workspace_id = $1 and id = $2 for update",
      values,
    }),
  ]);
}

/** As `selectTask`, and holds the task. */
export async function lockTask(tx: TenantTx, id: string): Promise<Task | undefined> {
  const [, task] = await Promise.all([holdTask(tx, id), selectTask(tx, id)]);
  return task;
}

export async function updateTaskRow(
  tx: TenantTx,
  id: string,
  changes: Partial<Omit<TaskValues, "id" | "demo">>,
): Promise<void> {
  const { schedule, policies, audience, limits, endWhen, meta, ...columns } = changes;
  const values: Updateable<DB["tasks"]> = {
    ...columns,
    ...(schedule === undefined ? {} : { schedule: jsonOrNull(schedule) }),
    ...(policies === undefined ? {} : { policies: toStorableJson(policies) }),
    ...(audience === undefined ? {} : { audience: jsonOrNull(audience) }),
    ...(endWhen === undefined ? {} : { endWhen: [...endWhen] }),
    ...(limits === undefined ? {} : { limits: toStorableJson(limits) }),
    ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
  };
  await tx.db
    .updateTable("tasks")
    .set({ ...values, updatedAt: sql<Date>`now()` })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .execute();
}

/** Sets a task's state. Becoming active forgets earlier failures. */
export async function updateState(
  tx: TenantTx,
  id: string,
  state: TaskState,
  reason: Reason | null,
): Promise<void> {
  await tx.db
    .updateTable("tasks")
    .set({
      state,
      stateReasonCode: reason?.code ?? null,
      stateReasonMessage: reason?.message ?? null,
      updatedAt: sql<Date>`now()`,
      ...(state === "active" ? { consecutiveFailures: 0 } : {}),
      ...(state === "auto_paused" ? { recovering: true } : {}),
    })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .execute();
}

/** Notes an execution that ended. One that never started is no run and leaves `last_run_at` alone. */
export async function updateLastRun(
  tx: TenantTx,
  id: string,
  run: {
    readonly executionId: string;
    readonly startedAt: Date | null;
    readonly consecutiveFailures: number;
    readonly recovering: boolean;
    readonly kept: LastExecution;
  },
): Promise<void> {
  await tx.query({
    name: "update_last_run",
    text: `update tasks set last_execution_id = $3, last_run_at = coalesce($4, last_run_at), consecutive_failures = $5,
        recovering = $6, last_execution = $7
      where workspace_id = $1 and id = $2`,
    values: [
      tx.workspaceId,
      id,
      run.executionId,
      run.startedAt,
      run.consecutiveFailures,
      run.recovering,
      toStorableJson(run.kept),
    ],
  });
}

/** Corrects the outcomes that tasks keep, of those of the executions that still are the last of their tasks. */
export async function updateLastOutcomes(
  tx: TenantTx,
  executions: readonly {
    readonly id: string;
    readonly taskId: string | null;
    readonly outcome: Outcome | null;
  }[],
): Promise<void> {
  await tx.query({
    text: `update tasks t
      set last_execution = jsonb_set(t.last_execution::jsonb, '{outcome}', to_jsonb(e.outcome))::json
      from unnest($2::uuid[], $3::uuid[], $4::text[]) as e (id, task_id, outcome)
      where t.workspace_id = $1 and t.id = e.task_id and t.last_execution_id = e.id`,
    values: [
      tx.workspaceId,
      executions.map(({ id }) => id),
      executions.map(({ taskId }) => taskId),
      executions.map(({ outcome }) => outcome),
    ],
  });
}

/** Deletes the task with its schedule; false if it is not there. */
export async function deleteTaskRow(tx: TenantTx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom("tasks")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Ids of the contact's tasks, in whatever state. */
export async function selectTaskIdsOfContact(tx: TenantTx, contactId: string): Promise<readonly string[]> {
  const rows = await tx.db
    .selectFrom("tasks")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", contactId)
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Pauses what runs by itself and loses what it works with: tasks of an agent (those that name none too, if it is the
 * default) or of a channel. Their schedules are disarmed first, in the order in which the sweep locks; answers those
 * that were armed, as they were.
 */
export async function pauseTasksOf(
  tx: TenantTx,
  lost: { readonly agentId: string; readonly isDefault: boolean } | { readonly channelId: string },
  reason: Reason,
): Promise<readonly HeldSchedule[]> {
  const byAgent = "agentId" in lost;
  const of = byAgent
    ? `(t.agent_id = $2${lost.isDefault ? " or t.agent_id is null" : ""})`
    : "t.channel_id = $2";
  const id = byAgent ? lost.agentId : lost.channelId;
  const { rows } = await tx.query<HeldSchedule>({
    text: `with locked as (
        select s.* from task_schedules s join tasks t on t.workspace_id = s.workspace_id and t.id = s.task_id
        where s.workspace_id = $1 and ${of} order by s.task_id for update of s)
      update task_schedules s set next_run_at = null from locked l
      where s.workspace_id = l.workspace_id and s.task_id = l.task_id and s.next_run_at is not null
      returning l.*, now() as now`,
    values: [tx.workspaceId, id],
  });
  await tx.query({
    text: `update tasks t set state = 'paused', state_reason_code = $3, state_reason_message = $4, updated_at = now()
      where t.workspace_id = $1 and ${of} and t.state in ('active', 'auto_paused')`,
    values: [tx.workspaceId, id, reason.code, reason.message],
  });
  return rows;
}

/** One task's new state, for statements over many workspaces. */
export interface PlacedState {
  readonly workspaceId: string;
  readonly taskId: string;
  readonly state: TaskState;
  readonly reason: Reason;
  /** The execution that was the last, if there is a new one. */
  readonly last: { readonly id: string; readonly kept: LastExecution } | null;
}

/** Sets states in the system's transactions. Does nothing without any, so that the sweep pays only when it must. */
export async function updateStates(tx: Queryable, states: readonly PlacedState[]): Promise<void> {
  if (states.length === 0) return;
  await tx.query({
    name: "update_task_states",
    text: `update tasks t set state = n.state, state_reason_code = n.code, state_reason_message = n.message,
        last_execution_id = coalesce(n.last_execution_id, t.last_execution_id),
        last_execution = coalesce(n.last_execution, t.last_execution), updated_at = now()
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::json[])
        as n (workspace_id, id, state, code, message, last_execution_id, last_execution)
      where t.workspace_id = n.workspace_id and t.id = n.id`,
    values: [
      states.map(({ workspaceId }) => workspaceId),
      states.map(({ taskId }) => taskId),
      states.map(({ state }) => state),
      states.map(({ reason }) => reason.code),
      states.map(({ reason }) => reason.message),
      states.map(({ last }) => last?.id ?? null),
      states.map(({ last }) => (last === null ? null : toStorableJson(last.kept))),
    ],
  });
}

/** Tasks whose `expiresAt` has come and that have not ended, the earliest first. */
export async function selectExpired(tx: Queryable, limit: number): Promise<readonly TaskAt[]> {
  const { rows } = await tx.query<{ workspace_id: string; id: string }>({
    name: "select_expired_tasks",
    text: `select workspace_id, id from tasks where expires_at <= clock_timestamp() and state <> 'ended'
      order by expires_at limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({ workspaceId: row.workspace_id, taskId: row.id }));
}

/** Milliseconds until the next task expires, by the database's clock, negative if it is late; null without any. */
export async function readNextExpiryMs(tx: Queryable): Promise<number | null> {
  const { rows } = await tx.query<{ due_in_ms: number }>({
    name: "next_task_expiry",
    text: `select (extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as due_in_ms from tasks
      where expires_at is not null and state <> 'ended' order by expires_at limit 1`,
  });
  return rows[0]?.due_in_ms ?? null;
}
