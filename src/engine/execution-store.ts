import { newId } from "../base/ids.ts";
import { cleanText, toStorableJson } from "../base/text.ts";
import type { Queryable, TenantTx } from "../db/index.ts";
import type {
  Execution,
  ExecutionResult,
  Judgement,
  NewExecution,
  Reason,
  Step,
  Usage,
} from "./execution.ts";
import { type ExecutionRow, executionColumns, type StepRow, toExecution, toStep } from "./rows.ts";

/** A new execution with the workspace it belongs to, for statements that write for many workspaces. */
export interface PlacedExecution extends NewExecution {
  readonly workspaceId: string;
}

const defaultMaxTimeSeconds = 900;

/**
 * Inserts executions and answers the ids that were written. One that repeats a tick of its task
 * (`executions_tick`) is left out: another sweep was first.
 */
export async function insertExecutions(
  tx: Queryable,
  executions: readonly PlacedExecution[],
): Promise<readonly string[]> {
  const column = <T>(read: (execution: PlacedExecution) => T) => executions.map(read);
  const { rows } = await tx.query<{ id: string }>({
    name: "insert_executions",
    text: `insert into executions (workspace_id, id, kind, lane, status, trigger, task_id, agent_id, contact_id,
        conversation_id, input, scheduled_for, available_at, waiting_for, max_time_seconds, completed_at, outcome,
        reason_code, reason_message, missed_count, missed_first_at, missed_last_at, after_previous)
      select n.workspace_id, n.id, n.kind, n.lane,
        case when n.after_previous then 'waiting' when n.reason_code is not null then 'skipped'
          when n.delay_ms > 0 then 'waiting' else 'queued' end,
        n.trigger, n.task_id, n.agent_id, n.contact_id, n.conversation_id, n.input, n.scheduled_for,
        case when n.after_previous then 'infinity' else clock_timestamp() + n.delay_ms * interval '1 millisecond' end,
        case when n.reason_code is null and n.delay_ms > 0 then 'time' end, n.max_time_seconds,
        case when n.reason_code is not null and not n.after_previous then clock_timestamp() end,
        case when n.reason_code is not null and not n.after_previous then 'none' end,
        n.reason_code, n.reason_message, n.missed_count, n.missed_first_at, n.missed_last_at, n.after_previous
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[],
        $9::uuid[], $10::json[], $11::timestamptz[], $12::int[], $13::int[], $14::text[], $15::text[], $16::int[],
        $17::timestamptz[], $18::timestamptz[], $19::boolean[])
        as n (workspace_id, id, kind, lane, trigger, task_id, agent_id, contact_id, conversation_id, input,
          scheduled_for, delay_ms, max_time_seconds, reason_code, reason_message, missed_count, missed_first_at,
          missed_last_at, after_previous)
      on conflict (workspace_id, task_id, scheduled_for, contact_id)
        where task_id is not null and scheduled_for is not null and trigger in ('schedule', 'catch_up')
        do nothing
      returning id`,
    values: [
      column((execution) => execution.workspaceId),
      column((execution) => execution.id ?? newId()),
      column((execution) => execution.kind),
      column((execution) => execution.lane),
      column((execution) => execution.trigger),
      column((execution) => execution.taskId ?? null),
      column((execution) => execution.agentId ?? null),
      column((execution) => execution.contactId ?? null),
      column((execution) => execution.conversationId ?? null),
      column((execution) => toStorableJson(execution.input ?? {})),
      column((execution) => execution.scheduledFor ?? null),
      column((execution) => execution.delayMs ?? 0),
      column((execution) => execution.maxTimeSeconds ?? defaultMaxTimeSeconds),
      column((execution) => reasonOf(execution)?.code ?? null),
      column((execution) => reasonOf(execution)?.message ?? null),
      column((execution) => execution.skipped?.missed?.count ?? null),
      column((execution) => execution.skipped?.missed?.first ?? null),
      column((execution) => execution.skipped?.missed?.last ?? null),
      column((execution) => isAfterPrevious(execution)),
    ],
  });
  return rows.map((row) => row.id);
}

const waitsForPrevious: Reason = {
  code: "after_previous",
  message: "It starts when the earlier execution of its task has ended.",
};

function isAfterPrevious({ afterPrevious = false, skipped }: NewExecution): boolean {
  return afterPrevious && skipped === undefined;
}

function reasonOf(execution: NewExecution): Reason | undefined {
  return isAfterPrevious(execution) ? waitsForPrevious : execution.skipped;
}

/** The execution, or undefined. */
export async function getExecution(tx: TenantTx, id: string): Promise<Execution | undefined> {
  const { rows } = await tx.query<ExecutionRow>({
    name: "get_execution",
    text: `select ${executionColumns("e")} from executions e where e.workspace_id = $1 and e.id = $2`,
    values: [tx.workspaceId, id],
  });
  return rows[0] === undefined ? undefined : toExecution(rows[0]);
}

/** Several executions by id, in no particular order; ids that do not exist are left out. */
export async function getExecutions(tx: TenantTx, ids: readonly string[]): Promise<readonly Execution[]> {
  const { rows } = await tx.query<ExecutionRow>({
    text: `select ${executionColumns("e")} from executions e where e.workspace_id = $1 and e.id = any($2::uuid[])`,
    values: [tx.workspaceId, ids],
  });
  return rows.map(toExecution);
}

/** Steps after `after`, in order. Payloads that were stored apart are put back. */
export async function listSteps(
  tx: TenantTx,
  executionId: string,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly Step[]> {
  const { rows } = await tx.query<StepRow>({
    name: "list_steps",
    text: `select s.seq, s.kind, s.name, s.attempt, coalesce(p.payload, s.payload) as payload, s.late, s.started_at, s.ended_at
      from execution_steps s left join execution_payloads p using (workspace_id, execution_id, seq)
      where s.workspace_id = $1 and s.execution_id = $2 and s.seq > $3 order by s.seq limit $4`,
    values: [tx.workspaceId, executionId, page.after, page.limit],
  });
  return rows.map(toStep);
}

/** The newest steps of several executions, the newest first. Payloads that were stored apart are left out. */
export async function selectLastSteps(
  tx: TenantTx,
  executionIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly Step[]>> {
  const { rows } = await tx.query<StepRow & { readonly execution_id: string }>({
    text: `select n.id as execution_id, s.* from unnest($2::uuid[]) as n (id) cross join lateral (
        select seq, kind, name, attempt, payload, late, started_at, ended_at from execution_steps
        where workspace_id = $1 and execution_id = n.id order by seq desc limit $3) s
      order by s.seq desc`,
    values: [tx.workspaceId, executionIds, most],
  });
  const byExecution = Map.groupBy(rows, (row) => row.execution_id);
  return new Map([...byExecution].map(([id, steps]) => [id, steps.map(toStep)]));
}

/** The newest step's `seq`; 0 if there is none. */
export async function readLastSeq(tx: TenantTx, executionId: string): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>({
    name: "read_last_seq",
    text: `select seq from execution_steps where workspace_id = $1 and execution_id = $2 order by seq desc limit 1`,
    values: [tx.workspaceId, executionId],
  });
  return rows[0]?.seq ?? 0;
}

/** Of one task. */
export interface ActiveCount {
  /** Queued, running or waiting, those included that wait for their predecessor. */
  readonly active: number;
  /** Those that wait for their predecessor. */
  readonly pending: number;
}

/**
 * How many executions of each task are queued, running or waiting, by the task's id; tasks with none are left out. The
 * workspaces are asked for because the index begins with them, and each task is counted on its own because a join is
 * planned by statistics of a quieter moment, which read all active executions of all workspaces: for 500 tasks with
 * 30 000 active ones 1 900 ms in the sweep, against 2 ms.
 */
export async function countActive(
  tx: Queryable,
  tasks: readonly { readonly workspaceId: string; readonly taskId: string }[],
): Promise<ReadonlyMap<string, ActiveCount>> {
  const { rows } = await tx.query<{ task_id: string; active: number; pending: number }>({
    name: "count_active_executions",
    text: `select t.task_id, a.active, a.pending
      from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, task_id)
      cross join lateral (select count(*) as active, count(*) filter (where e.after_previous) as pending from executions e
        where e.workspace_id = t.workspace_id and e.task_id = t.task_id
          and e.status in ('queued', 'running', 'waiting')) a
      where a.active > 0`,
    values: [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ taskId }) => taskId)],
  });
  return new Map(rows.map(({ task_id, active, pending }) => [task_id, { active, pending }]));
}

export type CancelTarget = { readonly ids: readonly string[] } | { readonly taskId: string };

function activeCondition(where: CancelTarget): string {
  const target = "taskId" in where ? "task_id = $2" : "id = any($2::uuid[])";
  return `workspace_id = $1 and ${target} and status in ('queued', 'running', 'waiting')`;
}

/** What `markCanceled` would cancel now, in order of id; locks nothing. */
export async function selectActive(tx: TenantTx, where: CancelTarget): Promise<readonly Execution[]> {
  const { rows } = await tx.query<ExecutionRow>({
    text: `select ${executionColumns("e")} from executions e where ${activeCondition(where)} order by id`,
    values: [tx.workspaceId, "taskId" in where ? where.taskId : where.ids],
  });
  return rows.map(toExecution);
}

/** Locks and cancels what is still active, in order of id; answers the rows as they are afterwards. */
export async function markCanceled(
  tx: TenantTx,
  where: CancelTarget,
  reason: Reason,
): Promise<readonly Execution[]> {
  const { rows } = await tx.query<ExecutionRow>({
    text: `with active as (
        select workspace_id, id from executions where ${activeCondition(where)} order by id for update)
      update executions e set status = 'canceled', completed_at = clock_timestamp(), outcome = coalesce(e.outcome, 'none'),
        reason_code = $3, reason_message = $4, waiting_for = null, worker_id = null, deadline_at = null,
        after_previous = false
      from active a where e.workspace_id = a.workspace_id and e.id = a.id
      returning ${executionColumns("e")}`,
    values: [tx.workspaceId, "taskId" in where ? where.taskId : where.ids, reason.code, reason.message],
  });
  return rows.map(toExecution);
}

/** An execution's end, as its worker or the engine decided it. */
export interface Ending {
  readonly workspaceId: string;
  readonly id: string;
  readonly attempt: number;
  readonly result: ExecutionResult;
  readonly usage: Usage;
}

const endText = `update executions e set status = n.status, completed_at = clock_timestamp(), outcome = n.outcome,
    reason_code = n.reason_code, reason_message = n.reason_message, summary = n.summary,
    used_ms = used_ms + coalesce(extract(epoch from clock_timestamp() - e.claimed_at) * 1000, 0)::bigint,
    iterations = n.iterations, tool_calls = n.tool_calls, input_tokens = n.input_tokens,
    output_tokens = n.output_tokens, cost_usd = n.cost_usd, worker_id = null, deadline_at = null, waiting_for = null
  from (select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
      $8::text[], $9::int[], $10::int[], $11::bigint[], $12::bigint[], $13::numeric[])
      as u (workspace_id, id, attempt, status, outcome, reason_code, reason_message, summary, iterations, tool_calls,
        input_tokens, output_tokens, cost_usd) order by 2) n
  where e.workspace_id = n.workspace_id and e.id = n.id and e.attempt = n.attempt and e.status = 'running'
  returning ${executionColumns("e")}`;

function endValues(endings: readonly Ending[]): unknown[] {
  // A model's summary or an error's message with a NUL would refuse every ending of the batch.
  const cleaned = (text: string | undefined) => (text === undefined ? null : cleanText(text));
  return [
    endings.map((ending) => ending.workspaceId),
    endings.map((ending) => ending.id),
    endings.map((ending) => ending.attempt),
    endings.map((ending) => ending.result.status),
    endings.map((ending) => ending.result.outcome),
    endings.map((ending) => cleaned(ending.result.reason?.code)),
    endings.map((ending) => cleaned(ending.result.reason?.message)),
    endings.map((ending) => cleaned(ending.result.summary)),
    endings.map((ending) => ending.usage.iterations),
    endings.map((ending) => ending.usage.toolCalls),
    endings.map((ending) => ending.usage.inputTokens),
    endings.map((ending) => ending.usage.outputTokens),
    endings.map((ending) => ending.usage.costUsd),
  ];
}

/**
 * Ends executions that are still running in the attempt named; answers those it ended. One that is missing was
 * cancelled or taken over in the meantime.
 */
export async function markEnded(tx: Queryable, endings: readonly Ending[]): Promise<readonly Execution[]> {
  const { rows } = await tx.query<ExecutionRow>({
    name: "end_executions",
    text: endText,
    values: endValues(endings),
  });
  return rows.map(toExecution);
}

/**
 * Tells which agent and conversation an execution works with, once that is known; a conversation before that stays
 * noted. Fenced by attempt.
 */
export async function setParticipants(
  tx: TenantTx,
  execution: { readonly id: string; readonly attempt: number },
  participants: { readonly agentId?: string; readonly contactId?: string; readonly conversationId?: string },
): Promise<void> {
  await tx.query({
    text: `update executions set agent_id = coalesce($4, agent_id), contact_id = coalesce($5, contact_id),
      conversation_id = coalesce($6, conversation_id),
      conversation_ids = case when $6::uuid <> conversation_id
        then array_append(array_remove(array_remove(conversation_ids, $6), conversation_id), conversation_id)
        else conversation_ids end
      where workspace_id = $1 and id = $2 and attempt = $3 and status = 'running'`,
    values: [
      tx.workspaceId,
      execution.id,
      execution.attempt,
      participants.agentId ?? null,
      participants.contactId ?? null,
      participants.conversationId ?? null,
    ],
  });
}

/** Notes which execution a new one repeats. */
export async function markReplay(tx: TenantTx, id: string, replayOf: string): Promise<void> {
  await tx.query({
    text: "update executions set replay_of = $3 where workspace_id = $1 and id = $2",
    values: [tx.workspaceId, id, replayOf],
  });
}

/** Deletes the executions of one kind that work in these conversations, with their journals. */
export async function deleteExecutionsOfConversations(
  tx: TenantTx,
  conversationIds: readonly string[],
  kind: string,
): Promise<void> {
  await tx.query({
    text: "delete from executions where workspace_id = $1 and conversation_id = any($2::uuid[]) and kind = $3",
    values: [tx.workspaceId, conversationIds, kind],
  });
}

/** Notes what executions that have ended came to by what is known now; answers those for which that is news. */
export async function markJudged(
  tx: TenantTx,
  judgements: ReadonlyMap<string, Judgement>,
): Promise<readonly Execution[]> {
  const judged = [...judgements.values()];
  const { rows } = await tx.query<ExecutionRow>({
    text: `update executions e set outcome = n.outcome, reason_code = n.reason_code, reason_message = n.reason_message
      from (select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
        as u (id, outcome, reason_code, reason_message) order by 1) n
      where e.workspace_id = $1 and e.id = n.id and e.completed_at is not null
        and (e.outcome, e.reason_code, e.reason_message) is distinct from (n.outcome, n.reason_code, n.reason_message)
      returning ${executionColumns("e")}`,
    values: [
      tx.workspaceId,
      [...judgements.keys()],
      judged.map(({ outcome }) => outcome),
      judged.map(({ reason }) => (reason === undefined ? null : cleanText(reason.code))),
      judged.map(({ reason }) => (reason === undefined ? null : cleanText(reason.message))),
    ],
  });
  return rows.map(toExecution);
}
