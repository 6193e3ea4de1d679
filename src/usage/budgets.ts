import type { TenantTx } from "../db/index.ts";
import type { Core, Reason } from "../engine/index.ts";
import { getWorkspace, type Workspace } from "../workspaces/index.ts";
import { type AgentBudget, agentBudgets } from "./extension-points.ts";
import { type BudgetUse, findObstacle, listBudgetLines, reservationsSince } from "./rules.ts";
import { selectRefusal, selectUses } from "./store.ts";

/**
 * Why work of this agent need not begin: a budget of the workspace or the agent is used up, or has no room for the call
 * that it refused the agent last. Undefined: it may begin.
 */
export async function findBudgetObstacle(
  core: Core,
  tx: TenantTx,
  agentId: string,
): Promise<Reason | undefined> {
  const [workspace, agents, refusedUsd] = await Promise.all([
    getWorkspace(tx),
    listAgentBudgets(core, tx, agentId),
    selectRefusal(tx, agentId),
  ]);
  return findUsedUp(await listUses(core, tx, workspace, agents), refusedUsd ?? "0");
}

/** Why an agent may spend nothing more today or this month; undefined while it may. */
export async function findUsedUpBudget(
  core: Core,
  tx: TenantTx,
  workspace: Workspace,
  agent: AgentBudget,
): Promise<Reason | undefined> {
  return findUsedUp(await listUses(core, tx, workspace, [agent]), "0");
}

function findUsedUp(uses: readonly BudgetUse[], estimateUsd: string): Reason | undefined {
  const obstacle = findObstacle(uses, estimateUsd);
  // What is only reserved may turn out cheaper.
  return obstacle?.kind === "used_up" ? obstacle.reason : undefined;
}

/** The budgets of the workspace and of these agents, and what is gone of them. */
export async function listUses(
  core: Core,
  tx: TenantTx,
  workspace: Workspace,
  agents: readonly AgentBudget[],
): Promise<readonly BudgetUse[]> {
  const now = core.clock.now();
  return await selectUses(tx, listBudgetLines(now, workspace, agents), reservationsSince(now));
}

/** The budget of this agent, or those of all agents that have one. */
export async function listAgentBudgets(
  core: Core,
  tx: TenantTx,
  agentId?: string,
): Promise<readonly AgentBudget[]> {
  const found = await Promise.all(core.extensions.of(agentBudgets).map((list) => list(tx, agentId)));
  return found.flat();
}
