import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";
import type { Budget, BudgetLine } from "./rules.ts";

/** An agent with its budget. */
export interface AgentBudget extends Budget {
  readonly id: string;
}

/** Answers the budgets of this agent, or of all agents of the workspace that have one. */
export type AgentBudgetSource = (tx: TenantTx, agentId?: string) => Promise<readonly AgentBudget[]>;
export const agentBudgets = extensionPoint<AgentBudgetSource>("usage.agentBudgets");

/** A share of a budget that has been spent; 100 also as soon as what is left has no room for a call. */
export interface BudgetMark {
  readonly line: BudgetLine;
  readonly percent: 80 | 100;
  readonly spentUsd: string;
}

/**
 * Runs in the transaction that records the spending, once per budget, period and share; and in that of each call that
 * is refused.
 */
export type BudgetReached = (tx: TenantTx, mark: BudgetMark) => Promise<void>;
export const budgetReached = extensionPoint<BudgetReached>("usage.budgetReached");
