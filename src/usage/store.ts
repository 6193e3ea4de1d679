import { requireRow } from "../base/errors.ts";
import type { TenantTx } from "../db/index.ts";
import type { BudgetLine, BudgetUse, Period, ToldPercent } from "./rules.ts";

/** So many rows an agent's day has at most: with 50 calls ending at once, few wait for each other. */
const slots = 8;

function keysOf(lines: readonly BudgetLine[]): [string[], string[], string[]] {
  return [
    lines.map(({ subjectId }) => subjectId),
    lines.map(({ period }) => period),
    lines.map(({ startsOn }) => startsOn),
  ];
}

interface SpentRow {
  readonly subjectId: string;
  readonly period: Period;
  readonly spentUsd: string;
}

/**
 * What has been spent of each budget, whose counters stay locked until this transaction ends; undefined if one has no
 * counter yet. All transactions lock them in the same order.
 */
export async function lockCounters(
  tx: TenantTx,
  lines: readonly BudgetLine[],
): Promise<readonly string[] | undefined> {
  const { rows } = await tx.query<SpentRow>({
    name: "usage_lock_counters",
    text: `select c.subject_id as "subjectId", c.period, c.spent_usd as "spentUsd"
      from budget_counters c
      where c.workspace_id = $1
        and (c.subject_id, c.period, c.starts_on) in (select * from unnest($2::uuid[], $3::text[], $4::date[]))
      order by c.subject_id, c.period, c.starts_on
      for no key update`,
    values: [tx.workspaceId, ...keysOf(lines)],
  });
  const spent = lines.map((line) => rows.find((row) => isOf(row, line))?.spentUsd);
  return spent.every((value) => value !== undefined) ? spent : undefined;
}

function isOf(row: Omit<SpentRow, "spentUsd">, line: BudgetLine): boolean {
  return row.subjectId === line.subjectId && row.period === line.period;
}

/** Any fixed number: keeps these advisory locks apart from others. */
const counterLock = 7_312;

/**
 * Makes the counters that are missing, from what was spent before, and removes those of earlier periods. Whoever
 * records spending waits meanwhile, so that no call is left out of the sum or counted twice. Must be the first
 * statement of its transaction: who waits for the lock must hold no counter.
 */
export async function openCounters(tx: TenantTx, lines: readonly BudgetLine[]): Promise<void> {
  await tx.query({
    text: "select pg_advisory_xact_lock($1, hashtext($2))",
    values: [counterLock, tx.workspaceId],
  });
  await tx.query({
    text: `insert into budget_counters (workspace_id, subject_id, period, starts_on, spent_usd, limit_usd)
      select $1, l.subject_id, l.period, l.starts_on, coalesce(
        (select sum(d.cost_usd) from cost_days d
          where d.workspace_id = $1 and d.day >= l.starts_on and d.day < l.ends_on
            and (l.subject_id = $1 or d.agent_id = l.subject_id)), 0), l.limit_usd
      from unnest($2::uuid[], $3::text[], $4::date[], $5::date[], $6::numeric[])
        l (subject_id, period, starts_on, ends_on, limit_usd)
      on conflict do nothing`,
    values: [
      tx.workspaceId,
      ...keysOf(lines),
      lines.map(({ endsOn }) => endsOn),
      lines.map(({ limitUsd }) => limitUsd),
    ],
  });
  await tx.query({
    text: `delete from budget_counters c
      using unnest($2::uuid[], $3::text[], $4::date[]) l (subject_id, period, starts_on)
      where c.workspace_id = $1 and c.subject_id = l.subject_id and c.period = l.period
        and c.starts_on < l.starts_on`,
    values: [tx.workspaceId, ...keysOf(lines)],
  });
}

/** Notes budgets that were changed since the counters last saw them: people are then told of their shares anew. */
export async function noteLimits(tx: TenantTx, lines: readonly BudgetLine[]): Promise<void> {
  await tx.query({
    name: "usage_note_limits",
    text: `update budget_counters c set limit_usd = l.limit_usd, told_percent = 0
      from unnest($2::uuid[], $3::text[], $4::date[], $5::numeric[]) l (subject_id, period, starts_on, limit_usd)
      where c.workspace_id = $1 and c.subject_id = l.subject_id and c.period = l.period
        and c.starts_on = l.starts_on and c.limit_usd <> l.limit_usd`,
    values: [tx.workspaceId, ...keysOf(lines), lines.map(({ limitUsd }) => limitUsd)],
  });
}

/** What other executions have reserved: in all of the workspace, and by the agent. */
interface Reserved {
  readonly byAll: string;
  readonly byAgent: string;
}

/**
 * What the calls under way may cost. Releases what this execution reserved before, since it makes one call at a time,
 * and what is older than `since`: their processes are gone.
 */
export async function sumOtherReservations(
  tx: TenantTx,
  {
    agentId,
    executionId,
    since,
  }: { readonly agentId: string; readonly executionId: string; readonly since: Date },
): Promise<Reserved> {
  const { rows } = await tx.query<Reserved>({
    name: "usage_sum_reservations",
    text: `with released as (
        delete from cost_reservations
        where workspace_id = $1 and (execution_id = $3 or created_at < $4))
      select coalesce(sum(amount_usd), 0) as "byAll",
        coalesce(sum(amount_usd) filter (where agent_id = $2), 0) as "byAgent"
      from cost_reservations
      where workspace_id = $1 and execution_id <> $3 and created_at >= $4`,
    values: [tx.workspaceId, agentId, executionId, since],
  });
  return requireRow(rows[0], "adding up what is reserved");
}

export async function insertReservation(
  tx: TenantTx,
  reservation: {
    readonly key: string;
    readonly agentId: string;
    readonly executionId: string;
    readonly amountUsd: string;
    readonly createdAt: Date;
  },
): Promise<void> {
  await tx.db
    .insertInto("costReservations")
    .values({ ...reservation, workspaceId: tx.workspaceId })
    .execute();
}

/** Keeps what an agent's call would have cost that a budget had no room for. */
export async function upsertRefusal(tx: TenantTx, agentId: string, estimateUsd: string): Promise<void> {
  await tx.db
    .insertInto("budgetRefusals")
    .values({ workspaceId: tx.workspaceId, agentId, estimateUsd })
    .onConflict((conflict) => conflict.columns(["workspaceId", "agentId"]).doUpdateSet({ estimateUsd }))
    .execute();
}

export async function selectRefusal(tx: TenantTx, agentId: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom("budgetRefusals")
    .select("estimateUsd")
    .where("workspaceId", "=", tx.workspaceId)
    .where("agentId", "=", agentId)
    .executeTakeFirst();
  return row?.estimateUsd;
}

export async function deleteRefusal(tx: TenantTx, agentId: string): Promise<void> {
  await tx.db
    .deleteFrom("budgetRefusals")
    .where("workspaceId", "=", tx.workspaceId)
    .where("agentId", "=", agentId)
    .execute();
}

export async function deleteCounters(tx: TenantTx, subjectId: string): Promise<void> {
  await tx.db
    .deleteFrom("budgetCounters")
    .where("workspaceId", "=", tx.workspaceId)
    .where("subjectId", "=", subjectId)
    .execute();
}

/**
 * What is gone of each budget, without locks: from its counter, else added up. Reservations made before `since` are
 * not counted.
 */
export async function selectUses(
  tx: TenantTx,
  lines: readonly BudgetLine[],
  since: Date,
): Promise<readonly BudgetUse[]> {
  if (lines.length === 0) return [];
  const { rows } = await tx.query<SpentRow & { readonly reservedUsd: string }>({
    name: "usage_select_uses",
    text: `select l.subject_id as "subjectId", l.period,
        coalesce(c.spent_usd,
          (select sum(d.cost_usd) from cost_days d
            where d.workspace_id = $1 and d.day >= l.starts_on and d.day < l.ends_on
              and (l.subject_id = $1 or d.agent_id = l.subject_id)), 0) as "spentUsd",
        coalesce((select sum(r.amount_usd) from cost_reservations r
          where r.workspace_id = $1 and r.created_at >= $6
            and (l.subject_id = $1 or r.agent_id = l.subject_id)), 0) as "reservedUsd"
      from unnest($2::uuid[], $3::text[], $4::date[], $5::date[]) l (subject_id, period, starts_on, ends_on)
      left join budget_counters c on c.workspace_id = $1 and c.subject_id = l.subject_id
        and c.period = l.period and c.starts_on = l.starts_on`,
    values: [tx.workspaceId, ...keysOf(lines), lines.map(({ endsOn }) => endsOn), since],
  });
  return lines.map((line) => {
    const row = requireRow(
      rows.find((found) => isOf(found, line)),
      "reading what is spent of a budget",
    );
    return { line, spentUsd: row.spentUsd, reservedUsd: row.reservedUsd };
  });
}

/**
 * Lets whoever opens counters wait until this transaction ends, and does not wait for the disk at its commit: the step
 * of the journal that follows is flushed behind it, so what was recorded is there whenever the step is.
 */
export async function beginSettlement(tx: TenantTx): Promise<void> {
  await tx.query({
    name: "usage_begin_settlement",
    text: `select set_config('synchronous_commit', 'off', true),
      pg_advisory_xact_lock_shared($1, hashtext($2))`,
    values: [counterLock, tx.workspaceId],
  });
}

/** A counter after spending was added to it. */
export interface CounterChange {
  readonly subjectId: string;
  readonly period: Period;
  readonly startsOn: string;
  readonly spentUsd: string;
  readonly limitUsd: string;
  readonly told: ToldPercent;
}

/** Records what a call cost, releases its reservation, and answers the counters that it went into. */
export async function insertCost(
  tx: TenantTx,
  cost: {
    readonly key: string;
    readonly agentId: string;
    readonly costUsd: string;
    readonly day: string;
    /** Any whole number; decides which of the agent's rows of the day is used. */
    readonly spread: number;
  },
): Promise<readonly CounterChange[]> {
  const { rows } = await tx.query<CounterChange>({
    name: "usage_insert_cost",
    text: `with released as (
        delete from cost_reservations where workspace_id = $1 and key = $2),
      spent as (
        insert into cost_days (workspace_id, day, agent_id, slot, cost_usd, calls)
        values ($1, $3::date, $4, $5, $6::numeric, 1)
        on conflict (workspace_id, day, agent_id, slot)
        do update set cost_usd = cost_days.cost_usd + excluded.cost_usd, calls = cost_days.calls + 1),
      locked as (
        select subject_id, period, starts_on from budget_counters
        where workspace_id = $1 and subject_id in ($1, $4)
          and starts_on = case period when 'day' then $3::date else date_trunc('month', $3::date)::date end
        order by subject_id, period, starts_on
        for no key update)
      update budget_counters c set spent_usd = c.spent_usd + $6::numeric
      from locked l
      where c.workspace_id = $1 and c.subject_id = l.subject_id and c.period = l.period
        and c.starts_on = l.starts_on
      returning c.subject_id as "subjectId", c.period, c.starts_on::text as "startsOn",
        c.spent_usd as "spentUsd", c.limit_usd as "limitUsd", c.told_percent as told`,
    values: [tx.workspaceId, cost.key, cost.day, cost.agentId, cost.spread % slots, cost.costUsd],
  });
  return rows;
}

export async function markTold(tx: TenantTx, counter: CounterChange, percent: ToldPercent): Promise<void> {
  await tx.query({
    text: `update budget_counters set told_percent = $5
      where workspace_id = $1 and subject_id = $2 and period = $3 and starts_on = $4::date`,
    values: [tx.workspaceId, counter.subjectId, counter.period, counter.startsOn, percent],
  });
}

/** What was spent in some days, in total or by one agent. */
export interface SpentGroup {
  readonly day: string | null;
  readonly agentId: string | null;
  readonly costUsd: string;
  readonly calls: number;
}

/** Days count from `from` to `to`, both included. Newest day first, dearest agent first. */
export async function selectSpent(
  tx: TenantTx,
  filter: {
    readonly from: string;
    readonly to: string;
    readonly agentId?: string | undefined;
    readonly groupBy: "day" | "agent";
  },
): Promise<readonly SpentGroup[]> {
  const byDay = filter.groupBy === "day";
  const { rows } = await tx.query<SpentGroup>({
    text: `select ${byDay ? "day::text" : "null"} as day, ${byDay ? "null" : "agent_id"} as "agentId",
        sum(cost_usd) as "costUsd", sum(calls)::integer as calls
      from cost_days
      where workspace_id = $1 and day between $2::date and $3::date and ($4::uuid is null or agent_id = $4)
      group by ${byDay ? "day order by day desc" : "agent_id order by sum(cost_usd) desc, agent_id"}`,
    values: [tx.workspaceId, filter.from, filter.to, filter.agentId ?? null],
  });
  return rows;
}
