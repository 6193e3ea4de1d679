import { pause } from "../base/clock.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core, Reason } from "../engine/index.ts";
import { getWorkspace, type Workspace } from "../workspaces/index.ts";
import { listAgentBudgets } from "./budgets.ts";
import { budgetReached } from "./extension-points.ts";
import {
  type Budget,
  type BudgetLine,
  findObstacle,
  fitReservation,
  listBudgetLines,
  localDay,
  type Obstacle,
  reachedPercent,
  reservationsSince,
} from "./rules.ts";
import {
  beginSettlement,
  type CounterChange,
  deleteCounters,
  deleteRefusal,
  insertCost,
  insertReservation,
  lockCounters,
  markTold,
  noteLimits,
  openCounters,
  sumOtherReservations,
  upsertRefusal,
} from "./store.ts";

/** A model call that is about to be made. */
export interface Reservation {
  readonly agentId: string;
  readonly agentBudget: Budget;
  readonly executionId: string;
  /** `<execution>:<seq>:<attempt>`: unique per call. */
  readonly key: string;
  /** The most that the call is expected to cost. */
  readonly estimateUsd: string;
  /** Less is reserved, down to this, where a budget holds no more than that. Absent: all of it or nothing. */
  readonly leastUsd?: string | undefined;
  /** Ends the wait for calls under way. */
  readonly signal?: AbortSignal;
}

/** A model call that was made, also one that failed. */
export interface Settlement {
  readonly agentId: string;
  readonly executionId: string;
  readonly key: string;
  readonly costUsd: string;
}

export type ReservationAnswer =
  /** `reservedUsd`: what the call may cost; absent where no budget holds. */
  { readonly ok: true; readonly reservedUsd?: string } | { readonly ok: false; readonly reason: Reason };

/**
 * Calls reserve the most that they may cost, which is far more than they do: near its end a budget often has room again
 * when those under way have ended.
 */
const longestWaitMs = 30_000;
const waitStepMs = 250;

/** True if neither the workspace nor the agent has a budget now, so that a call need not reserve anything. */
export async function hasNoBudget(tx: TenantTx, agent: Budget): Promise<boolean> {
  const { dailyCostUsd, monthlyCostUsd } = await getWorkspace(tx);
  const budgets = [dailyCostUsd, monthlyCostUsd, agent.dailyCostUsd, agent.monthlyCostUsd];
  return budgets.every((budget) => budget === null);
}

/**
 * Reserves what a model call may cost in every budget of its workspace and agent, so that calls side by side never pass
 * one together: a caller that reserves less than the call might cost must bound the call. Without budgets it only reads. While only calls under way are in the way it waits for them, up to 30
 * seconds. Opens its own transactions. The reservation holds until `settleCost`, until the execution's next
 * reservation, or for an hour.
 */
export async function reserveCost(
  core: Core,
  workspaceId: string,
  reservation: Reservation,
): Promise<ReservationAnswer> {
  const begunAt = core.clock.monotonicMs();
  for (;;) {
    const answer = await core.db.tenant(workspaceId, (tx) => tryReserve(core, tx, reservation));
    if ("ok" in answer) return answer;
    if ("missing" in answer) {
      await core.db.tenant(workspaceId, (tx) => openCounters(tx, answer.missing));
      continue;
    }
    const { kind, reason } = answer;
    const hasWaited =
      core.clock.monotonicMs() - begunAt >= longestWaitMs || reservation.signal?.aborted === true;
    if (kind === "used_up" || hasWaited) return { ok: false, reason };
    await pause(core.clock, waitStepMs, reservation.signal);
  }
}

async function tryReserve(
  core: Core,
  tx: TenantTx,
  { agentId, agentBudget, executionId, key, estimateUsd, leastUsd = estimateUsd }: Reservation,
): Promise<
  Extract<ReservationAnswer, { readonly ok: true }> | Obstacle | { readonly missing: readonly BudgetLine[] }
> {
  const workspace = await getWorkspace(tx);
  const now = core.clock.now();
  const lines = listBudgetLines(now, workspace, [{ ...agentBudget, id: agentId }]);
  if (lines.length === 0) return { ok: true };
  const spent = await lockCounters(tx, lines);
  if (spent === undefined) return { missing: lines };
  const [reserved] = await Promise.all([
    sumOtherReservations(tx, { agentId, executionId, since: reservationsSince(now) }),
    noteLimits(tx, lines),
  ]);
  const uses = lines.map((line, index) => ({
    line,
    spentUsd: spent[index] ?? "0",
    reservedUsd: line.agentId === null ? reserved.byAll : reserved.byAgent,
  }));
  const amountUsd = fitReservation(uses, estimateUsd, leastUsd);
  const obstacle = findObstacle(uses, amountUsd);
  if (obstacle === undefined) {
    await insertReservation(tx, { key, agentId, executionId, amountUsd, createdAt: now });
    return { ok: true, reservedUsd: amountUsd };
  }
  if (obstacle.kind === "used_up") {
    await upsertRefusal(tx, agentId, amountUsd);
    // Nothing more may ever be spent of it, so the last cents would never be told of.
    for (const tell of core.extensions.of(budgetReached)) await tell(tx, { ...obstacle.use, percent: 100 });
  }
  return obstacle;
}

/**
 * Records what a model call cost, with or without budgets, and releases its reservation. Tells of budgets whose 80 % or
 * 100 % it reached. Opens its own transaction.
 */
export async function settleCost(core: Core, workspaceId: string, settlement: Settlement): Promise<void> {
  const { key, agentId, costUsd } = settlement;
  await core.db.tenant(workspaceId, async (tx) => {
    const [workspace] = await Promise.all([getWorkspace(tx), beginSettlement(tx)]);
    const day = localDay(core.clock.now(), workspace.timezone);
    const spread = Math.floor(Math.random() * 1_000);
    const counters = await insertCost(tx, { key, agentId, costUsd, day, spread });
    for (const counter of counters) await tellOfShare(core, tx, workspace, counter);
  });
}

/** The counter knows the budget that its latest reservation knew, which may have been changed or taken away since. */
async function tellOfShare(
  core: Core,
  tx: TenantTx,
  workspace: Workspace,
  counter: CounterChange,
): Promise<void> {
  if (reachedPercent(counter.spentUsd, counter.limitUsd) <= counter.told) return;
  const { subjectId, period, spentUsd } = counter;
  const agents = subjectId === workspace.id ? [] : await listAgentBudgets(core, tx, subjectId);
  const lines = listBudgetLines(core.clock.now(), workspace, agents);
  const line = lines.find((it) => it.subjectId === subjectId && it.period === period);
  if (line === undefined) return;
  const percent = reachedPercent(spentUsd, line.limitUsd);
  if (percent === 0 || percent <= counter.told) return;
  await markTold(tx, counter, percent);
  for (const tell of core.extensions.of(budgetReached)) await tell(tx, { line, percent, spentUsd });
}

/** To be called when an agent's model or bounds change: what its latest refused call would have cost says nothing then. */
export function forgetRefusal(tx: TenantTx, agentId: string): Promise<void> {
  return deleteRefusal(tx, agentId);
}

/** To be called when an agent is deleted. What it spent stays. */
export async function forgetAgent(tx: TenantTx, agentId: string): Promise<void> {
  await deleteRefusal(tx, agentId);
  await deleteCounters(tx, agentId);
}
