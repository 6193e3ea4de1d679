import { requireRow } from "../base/errors.ts";
import type { Database } from "../db/index.ts";
import type { Lane } from "./execution.ts";
import { defaultLease } from "./lease.ts";
import { type ExecutionRow, executionColumns } from "./rows.ts";

/**
 * Takes due executions of one lane, workspace by workspace: a recursive step hops from one workspace with queued
 * rows to the next (one index probe each), then each gets an equal share of what is free. Ordering all queued rows
 * instead lets one workspace with 90 000 of them starve everybody else, and grouping them reads them all (24 ms
 * against 0.5 ms).
 *
 * Written so that statistics cannot spoil its plan: rows are taken by `ctid`, since a join would be estimated at a
 * tenth of all queued rows and read the whole table (33 ms with 50 000 rows), and the hop orders by `available_at`
 * too, since by workspace alone the primary key looks as good, which walks through every execution that has ended.
 */
const claimText = `with recursive seen as (
    select (
      select e.workspace_id from executions e
      where e.status = 'queued' and e.lane = $1 and e.workspace_id > $3
      order by e.workspace_id, e.available_at limit 1) as workspace_id, 1 as n
    union all
    select (
      select e.workspace_id from executions e
      where e.status = 'queued' and e.lane = $1 and e.workspace_id > s.workspace_id
      order by e.workspace_id, e.available_at limit 1), s.n + 1
    from seen s where s.workspace_id is not null and s.n < $2),
  shares as (
    select workspace_id, greatest(1, $2 / count(*) over ())::int as share from seen where workspace_id is not null),
  chosen as (
    select c.tid from shares s cross join lateral (
      select e.ctid as tid from executions e
      where e.status = 'queued' and e.lane = $1 and e.workspace_id = s.workspace_id
      order by e.available_at limit s.share for update skip locked) c)
  update executions e set status = 'running', attempt = attempt + 1, worker_id = $4, claimed_at = clock_timestamp(),
    started_at = coalesce(started_at, clock_timestamp()),
    deadline_at = clock_timestamp() + greatest(0, max_time_seconds * 1000::bigint - used_ms) * interval '1 millisecond'
  where e.ctid = any (array(select tid from chosen))
  returning ${executionColumns("e")}, (select count(*) from seen where workspace_id is not null) as workspaces`;

export interface Claimed {
  readonly rows: readonly ExecutionRow[];
  /** The last workspace served; after it there may be more with queued rows. Absent: all were looked at. */
  readonly lastWorkspace?: string;
}

/** At most `free` rows, from the workspaces after `after`. */
export async function claim(
  db: Database,
  workerId: string,
  request: { readonly lane: Lane; readonly free: number; readonly after: string },
): Promise<Claimed> {
  const { rows } = await db.autocommit.query<ExecutionRow & { workspaces: number }>({
    name: "claim_executions",
    text: claimText,
    values: [request.lane, request.free, request.after, workerId],
  });
  const [first] = rows;
  // Fewer rows than asked for do not mean that no workspace is left: another process's claim may hold some of them.
  if (first === undefined || first.workspaces < request.free) return { rows };
  const lastWorkspace = rows.reduce((last, row) => (row.workspace_id > last ? row.workspace_id : last), "");
  return { rows, lastWorkspace };
}

export async function registerWorker(
  db: Database,
  worker: { readonly id: string; readonly host: string; readonly pid: number },
): Promise<void> {
  await db.autocommit.query({
    text: "insert into workers (id, host, pid) values ($1, $2, $3)",
    values: [worker.id, worker.host, worker.pid],
  });
}

export async function removeWorker(db: Database, workerId: string): Promise<void> {
  await db.autocommit.query({ text: "delete from workers where id = $1", values: [workerId] });
}

/** One execution that a worker holds, with its totals for whoever reads the row while it runs. */
export interface Held {
  readonly workspaceId: string;
  readonly id: string;
  readonly attempt: number;
  readonly iterations: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: string;
}

export interface Renewal {
  /** False: the lease was given up for lost and the executions went to others. */
  readonly alive: boolean;
  readonly lost: readonly {
    readonly id: string;
    readonly attempt: number;
    readonly why: "canceled" | "deadline" | "fenced";
  }[];
}

/** Renews a worker's lease and tells which of its executions it must stop. One statement, so both are of one moment. */
export async function renew(db: Database, workerId: string, held: readonly Held[]): Promise<Renewal> {
  const { rows } = await db.autocommit.query<{
    alive: boolean;
    id: string | null;
    attempt: number | null;
    why: "canceled" | "deadline" | "fenced" | null;
  }>({
    name: "renew_lease",
    text: `with me as (update workers set renewed_at = clock_timestamp() where id = $1 returning id),
      held as (select * from unnest($2::uuid[], $3::uuid[], $4::int[]) as h (workspace_id, id, attempt))
      select exists (select 1 from me) as alive, lost.id, lost.attempt, lost.why from (select 1) one left join (
        select h.id, h.attempt, case when e.status = 'canceled' and e.attempt = h.attempt then 'canceled'
          when e.status = 'running' and e.attempt = h.attempt then 'deadline' else 'fenced' end as why
        from held h left join executions e on e.workspace_id = h.workspace_id and e.id = h.id
        where e.id is null or e.status <> 'running' or e.attempt <> h.attempt or e.deadline_at < clock_timestamp()) lost on true`,
    values: [workerId, held.map((h) => h.workspaceId), held.map((h) => h.id), held.map((h) => h.attempt)],
  });
  const lost = rows.flatMap(({ id, attempt, why }) =>
    id === null || attempt === null || why === null ? [] : [{ id, attempt, why }],
  );
  return { alive: rows[0]?.alive === true, lost };
}

/**
 * Writes the totals of executions that run, so that a reader of the row sees them move, or that were cancelled while
 * they ran. Locked in order of id as the journal does it: an update alone takes the rows in any order, and the two
 * waited for each other for ever.
 */
export async function reportProgress(db: Database, held: readonly Held[]): Promise<void> {
  await db.autocommit.query({
    name: "report_progress",
    text: `with n as (select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[],
          $8::numeric[]) as u (workspace_id, id, attempt, iterations, tool_calls, input_tokens, output_tokens, cost_usd)),
      locked as (
        select e.workspace_id, e.id from executions e join n on e.workspace_id = n.workspace_id and e.id = n.id
        where e.attempt = n.attempt and e.status in ('running', 'canceled') order by e.id for no key update of e)
      update executions e set iterations = n.iterations, tool_calls = n.tool_calls, input_tokens = n.input_tokens,
        output_tokens = n.output_tokens, cost_usd = n.cost_usd
      from n join locked l on l.workspace_id = n.workspace_id and l.id = n.id
      where e.workspace_id = n.workspace_id and e.id = n.id`,
    values: [
      held.map((h) => h.workspaceId),
      held.map((h) => h.id),
      held.map((h) => h.attempt),
      held.map((h) => h.iterations),
      held.map((h) => h.toolCalls),
      held.map((h) => h.inputTokens),
      held.map((h) => h.outputTokens),
      held.map((h) => h.costUsd),
    ],
  });
}

export type HeldAttempt = Pick<Held, "workspaceId" | "id" | "attempt">;

/**
 * Gives an execution back that could not go on because the database seemed to be away. It counts like a death: what
 * looks the same comes from an outside call that a kind did not catch, and must not run again for ever. After
 * `maxDeaths` in a row without a new step it is left without an owner, for `reap` to report.
 */
export async function giveBackAfterLoss(db: Database, held: HeldAttempt, maxDeaths: number): Promise<void> {
  await db.autocommit.query({
    name: "give_back_after_loss",
    text: `with lost as (
        select e.workspace_id, e.id, e.deaths, e.deaths_seq, coalesce((
          select max(s.seq) from execution_steps s where s.workspace_id = e.workspace_id and s.execution_id = e.id), 0) as seq
        from executions e where e.workspace_id = $1 and e.id = $2 and e.attempt = $3 and e.status = 'running' for update),
      counted as (select l.*, case when l.seq > l.deaths_seq then 1 else l.deaths + 1 end as died from lost l)
      update executions e set deaths = c.died, deaths_seq = c.seq,
        status = case when c.died >= $4 then e.status else 'queued' end,
        worker_id = null, deadline_at = null, available_at = clock_timestamp(),
        used_ms = e.used_ms + (extract(epoch from clock_timestamp() - e.claimed_at) * 1000)::bigint
      from counted c where e.workspace_id = c.workspace_id and e.id = c.id`,
    values: [held.workspaceId, held.id, held.attempt, maxDeaths],
  });
}

/** Gives executions back to the queue, as a worker that stops in good order does. */
export async function giveBack(db: Database, held: readonly HeldAttempt[]): Promise<void> {
  await db.autocommit.query({
    text: `update executions e set status = 'queued', worker_id = null, deadline_at = null, available_at = clock_timestamp(),
        used_ms = used_ms + (extract(epoch from clock_timestamp() - claimed_at) * 1000)::bigint
      from (select * from unnest($1::uuid[], $2::uuid[], $3::int[]) as u (workspace_id, id, attempt) order by 2) n
      where e.workspace_id = n.workspace_id and e.id = n.id and e.attempt = n.attempt and e.status = 'running'`,
    values: [held.map((h) => h.workspaceId), held.map((h) => h.id), held.map((h) => h.attempt)],
  });
}

/**
 * Returns what this worker owns in the database and does not run: claims whose answer was lost with the connection,
 * and executions whose handlers were stopped while the lease was in doubt. Without it they would look owned for as
 * long as the worker lives. Answers how many.
 */
export async function releaseStrays(
  db: Database,
  workerId: string,
  held: readonly Pick<Held, "id" | "attempt">[],
  claimedBeforeMs: number,
): Promise<number> {
  const { rowCount } = await db.autocommit.query({
    name: "release_strays",
    text: `update executions e set status = 'queued', worker_id = null, deadline_at = null, available_at = clock_timestamp(),
        used_ms = used_ms + (extract(epoch from clock_timestamp() - claimed_at) * 1000)::bigint
      where e.worker_id = $1 and e.status = 'running' and e.claimed_at < clock_timestamp() - $2 * interval '1 millisecond'
        and not exists (
          select 1 from unnest($3::uuid[], $4::int[]) as h (id, attempt) where h.id = e.id and h.attempt = e.attempt)`,
    values: [workerId, claimedBeforeMs, held.map((h) => h.id), held.map((h) => h.attempt)],
  });
  return rowCount ?? 0;
}

/** Seconds after which a worker that did not renew is dead. */
export const leaseSeconds = defaultLease.lapsesAfterMs / 1000;

export interface Reaped {
  readonly requeued: number;
  /** Died too often; still `running`, for the caller to end with what belongs to that. */
  readonly crashLoops: readonly ExecutionRow[];
}

/** The database's clock. */
export async function readClock(db: Database): Promise<Date> {
  const { rows } = await db.autocommit.query<{ now: Date }>({
    name: "engine_now",
    text: "select clock_timestamp() as now",
  });
  return requireRow(rows[0], "reading the database's clock").now;
}

/**
 * Returns the executions of workers that were dead at `asOf` to the queue. One that has died `maxDeaths` times in a
 * row without a new step between is not returned but reported. Also catches rows whose worker's row is gone altogether.
 * The moment is one that was read before: if the database hangs in between, nobody's silence in that time counts. A
 * renewal that lies as far ahead was written before the clock was set back: the living have renewed since.
 */
export async function reap(
  db: Database,
  asOf: Date,
  limits: { readonly maxDeaths: number; readonly lapsesAfterMs: number },
): Promise<Reaped> {
  const { maxDeaths, lapsesAfterMs } = limits;
  const { rows } = await db.autocommit.query<ExecutionRow & { died: number }>({
    name: "reap_executions",
    text: `with lost as (
        select e.workspace_id, e.id, e.deaths, e.deaths_seq, w.renewed_at, coalesce((
          select max(s.seq) from execution_steps s where s.workspace_id = e.workspace_id and s.execution_id = e.id), 0) as seq
        from executions e left join workers w on w.id = e.worker_id
        where e.status = 'running' and e.deaths < $2 and (w.id is null
          or w.renewed_at not between $3::timestamptz - $1 * interval '1 millisecond'
            and $3::timestamptz + $1 * interval '1 millisecond')
        order by e.workspace_id, e.id limit 1000 for update of e skip locked),
      counted as (
        select l.*, case when l.seq > l.deaths_seq then 1 else l.deaths + 1 end as died from lost l)
      update executions e set deaths = c.died, deaths_seq = c.seq,
        status = case when c.died >= $2 then e.status else 'queued' end,
        worker_id = null, deadline_at = null, available_at = clock_timestamp(),
        used_ms = e.used_ms + greatest(0, extract(epoch from coalesce(c.renewed_at, e.claimed_at) - e.claimed_at) * 1000)::bigint
      from counted c where e.workspace_id = c.workspace_id and e.id = c.id
      returning ${executionColumns("e")}, c.died`,
    values: [lapsesAfterMs, maxDeaths, asOf],
  });
  const { rows: looping } = await db.autocommit.query<ExecutionRow>({
    name: "crash_loops",
    text: `select ${executionColumns("e")} from executions e where e.status = 'running' and e.worker_id is null and e.deaths >= $1`,
    values: [maxDeaths],
  });
  await db.autocommit.query({
    name: "bury_workers",
    text: `delete from workers w where w.renewed_at not between $2::timestamptz - 2 * $1 * interval '1 millisecond'
        and $2::timestamptz + 2 * $1 * interval '1 millisecond'
      and not exists (select 1 from executions e where e.worker_id = w.id and e.status = 'running')`,
    values: [lapsesAfterMs, asOf],
  });
  return { requeued: rows.filter((row) => row.died < maxDeaths).length, crashLoops: looping };
}

/** Running executions past their deadline by so much that their worker evidently does not stop them. */
export async function findOverdue(db: Database, graceSeconds: number): Promise<readonly ExecutionRow[]> {
  const { rows } = await db.autocommit.query<ExecutionRow>({
    name: "overdue_executions",
    text: `select ${executionColumns("e")} from executions e where e.status = 'running' and e.worker_id is not null
      and e.deadline_at < clock_timestamp() - $1 * interval '1 second'`,
    values: [graceSeconds],
  });
  return rows;
}

/** So that rows are locked for some milliseconds only. */
const promotedAtOnce = 500;

/**
 * Queues the waiting executions whose time has come. Answers how many, in which lanes, and the milliseconds until the
 * next one is due (null: none waits for time). The clock is read once: what fell due between two readings would be neither queued
 * nor told of.
 */
export async function promote(db: Database): Promise<{
  readonly promoted: number;
  readonly lanes: readonly Lane[];
  readonly nextInMs: number | null;
}> {
  const { rows } = await db.autocommit.query<{
    promoted: number;
    lanes: readonly Lane[];
    next_in_ms: number | null;
  }>({
    name: "promote_executions",
    text: `with clock as materialized (select clock_timestamp() as now),
      due as (
        select workspace_id, id from executions where status = 'waiting' and available_at <= (select now from clock)
        order by available_at limit $1 for update skip locked),
      queued as (
        update executions e set status = 'queued', waiting_for = null from due d
        where e.workspace_id = d.workspace_id and e.id = d.id returning e.lane)
      select (select count(*) from queued) as promoted, array(select distinct lane::text from queued) as lanes, (
        select (extract(epoch from available_at - (select now from clock)) * 1000)::float8 from executions
        where status = 'waiting' and available_at > (select now from clock) and available_at < 'infinity'
        order by available_at limit 1) as next_in_ms`,
    values: [promotedAtOnce],
  });
  const { promoted = 0, lanes = [], next_in_ms: nextInMs = null } = rows[0] ?? {};
  return { promoted, lanes, nextInMs: promoted < promotedAtOnce ? nextInMs : 0 };
}
