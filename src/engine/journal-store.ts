import { randomInt } from "node:crypto";
import type { Database, Queryable } from "../db/index.ts";
import type { StepKind, Usage } from "./execution.ts";
import { type StepRow, toStep } from "./rows.ts";

/** Which attempt of which execution writes; the database refuses anybody else. */
export interface Fence {
  readonly workspaceId: string;
  readonly executionId: string;
  readonly attempt: number;
}

export interface NewStep extends Fence {
  readonly seq: number;
  readonly kind: StepKind;
  readonly name: string;
  /** Distinguishes this append from any other of the same seq. */
  readonly nonce: number;
  /** Storable JSON. */
  readonly payload: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** Above this a payload is kept in a table of its own, so that a journal stays cheap to read. */
export const largePayloadBytes = 1_000_000;

export function newNonce(): number {
  return randomInt(2 ** 48 - 1);
}

/**
 * The fence: locks the executions `for share`, in order of id, where the attempt still runs. A plain join or
 * `exists` does not wait for a takeover that is about to commit, and then writes behind it.
 */
const fencedRows = `with n as (
    select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::bigint[], $8::json[],
      $9::timestamptz[], $10::timestamptz[])
      as u (workspace_id, execution_id, attempt, seq, kind, name, nonce, payload, started_at, ended_at)),
  fenced as (
    select n.* from n join executions e on e.workspace_id = n.workspace_id and e.id = n.execution_id
      and e.attempt = n.attempt and e.status = 'running'
    order by n.execution_id for share of e)`;
const insertFenced = `insert into execution_steps (workspace_id, execution_id, seq, kind, name, attempt, nonce, payload, started_at, ended_at)
  select workspace_id, execution_id, seq, kind, name, attempt, nonce, payload, started_at, ended_at from fenced
  on conflict do nothing returning workspace_id, execution_id, seq, nonce`;
const appendText = `${fencedRows} ${insertFenced}`;

function appendValues(steps: readonly NewStep[]): unknown[] {
  return [
    steps.map((step) => step.workspaceId),
    steps.map((step) => step.executionId),
    steps.map((step) => step.attempt),
    steps.map((step) => step.seq),
    steps.map((step) => step.kind),
    steps.map((step) => step.name),
    steps.map((step) => step.nonce),
    steps.map((step) => step.payload),
    steps.map((step) => step.startedAt),
    steps.map((step) => step.endedAt),
  ];
}

/**
 * Appends steps; answers the nonces of those that were written. Not the executions' ids: an attempt that was fenced
 * off and the one that took over can be in the same batch, when a process takes over from itself.
 */
export async function appendSteps(db: Database, steps: readonly NewStep[]): Promise<ReadonlySet<number>> {
  const { rows } = await db.autocommit.query<{ nonce: number }>({
    name: "append_steps",
    text: appendText,
    values: appendValues(steps),
  });
  return new Set(rows.map((row) => row.nonce));
}

/** Appends one step inside a transaction; false if it was fenced off or is there already. */
export async function appendStep(tx: Queryable, step: NewStep): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: "append_steps",
    text: appendText,
    values: appendValues([step]),
  });
  return rowCount === 1;
}

/** Appends a step whose payload is stored apart. */
export async function appendLargeStep(db: Database, step: NewStep): Promise<boolean> {
  const placeholder = JSON.stringify({ storedApart: true, bytes: Buffer.byteLength(step.payload) });
  const values = appendValues([{ ...step, payload: placeholder }]);
  const { rowCount } = await db.autocommit.query({
    text: `${fencedRows}, written as (${insertFenced})
      insert into execution_payloads (workspace_id, execution_id, seq, payload)
      select workspace_id, execution_id, seq, $11::json from written`,
    values: [...values, step.payload],
  });
  return rowCount === 1;
}

/** Whether an append that reported nothing is there all the same: its answer was lost, not its commit. */
export async function findStep(
  db: Database,
  step: Pick<NewStep, "workspaceId" | "executionId" | "seq">,
): Promise<{ readonly nonce: number; readonly attempt: number } | undefined> {
  const { rows } = await db.autocommit.query<{ nonce: number; attempt: number }>({
    name: "find_step",
    text: "select nonce, attempt from execution_steps where workspace_id = $1 and execution_id = $2 and seq = $3",
    values: [step.workspaceId, step.executionId, step.seq],
  });
  return rows[0];
}

/** The journal from the newest checkpoint on, in order. Nothing older is read. */
export async function readJournal(
  db: Database,
  execution: { readonly workspaceId: string; readonly executionId: string; readonly fromSeq: number },
) {
  const { rows } = await db.autocommit.query<StepRow>({
    name: "read_journal",
    text: `select s.seq, s.kind, s.name, s.attempt, coalesce(p.payload, s.payload) as payload, s.late, s.started_at, s.ended_at
      from execution_steps s left join execution_payloads p using (workspace_id, execution_id, seq)
      where s.workspace_id = $1 and s.execution_id = $2 and s.seq >= $3 order by s.seq`,
    values: [execution.workspaceId, execution.executionId, execution.fromSeq],
  });
  return rows.map(toStep);
}

/** Appends a checkpoint and points the execution to it, in one statement; false if fenced off. */
export async function appendCheckpoint(db: Database, step: NewStep, usage: Usage): Promise<boolean> {
  const { rowCount } = await db.autocommit.query({
    name: "append_checkpoint",
    text: `with moved as (
        update executions set checkpoint_seq = $4, iterations = $10, tool_calls = $11, input_tokens = $12, output_tokens = $13, cost_usd = $14
        where workspace_id = $1 and id = $2 and attempt = $3 and status = 'running' returning workspace_id, id, attempt)
      insert into execution_steps (workspace_id, execution_id, seq, kind, name, attempt, nonce, payload, started_at, ended_at)
      select workspace_id, id, $4, 'checkpoint', $5, attempt, $6, $7::json, $8, $9 from moved on conflict do nothing`,
    values: [
      step.workspaceId,
      step.executionId,
      step.attempt,
      step.seq,
      step.name,
      step.nonce,
      step.payload,
      step.startedAt,
      step.endedAt,
      usage.iterations,
      usage.toolCalls,
      usage.inputTokens,
      usage.outputTokens,
      usage.costUsd,
    ],
  });
  return rowCount === 1;
}

/**
 * Appends a wait and takes the execution off its worker, in one statement: a crash can neither lose the wait nor
 * take it for over. False if fenced off.
 */
export async function appendWait(
  db: Database,
  step: NewStep,
  seconds: number,
  usage: Usage,
): Promise<boolean> {
  const { rowCount } = await db.autocommit.query({
    name: "append_wait",
    text: `with suspended as (
        update executions set status = 'waiting', waiting_for = 'time', worker_id = null, deadline_at = null,
          available_at = clock_timestamp() + $10 * interval '1 second',
          used_ms = used_ms + (extract(epoch from clock_timestamp() - claimed_at) * 1000)::bigint,
          iterations = $11, tool_calls = $12, input_tokens = $13, output_tokens = $14, cost_usd = $15
        where workspace_id = $1 and id = $2 and attempt = $3 and status = 'running' returning workspace_id, id, attempt)
      insert into execution_steps (workspace_id, execution_id, seq, kind, name, attempt, nonce, payload, started_at, ended_at)
      select workspace_id, id, $4, 'wait', $5, attempt, $6, $7::json, $8, $9 from suspended on conflict do nothing`,
    values: [
      step.workspaceId,
      step.executionId,
      step.attempt,
      step.seq,
      step.name,
      step.nonce,
      step.payload,
      step.startedAt,
      step.endedAt,
      seconds,
      usage.iterations,
      usage.toolCalls,
      usage.inputTokens,
      usage.outputTokens,
      usage.costUsd,
    ],
  });
  return rowCount === 1;
}

/**
 * Keeps a side effect's result on its intent when it came after the execution had ended or gone to another worker.
 * The only write that is allowed then; it changes nothing that is already there. An idempotent effect that is made
 * again has its intent from an earlier attempt.
 */
export async function storeLateResult(
  db: Database,
  fence: Fence,
  intentSeq: number,
  result: string,
): Promise<void> {
  await db.autocommit.query({
    text: `update execution_steps set late = $5::json
      where workspace_id = $1 and execution_id = $2 and seq = $3 and attempt <= $4 and kind = 'tool_intent' and late is null`,
    values: [fence.workspaceId, fence.executionId, intentSeq, fence.attempt, result],
  });
}
