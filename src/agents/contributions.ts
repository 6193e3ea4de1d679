import { type Contribution, contribute } from "../base/extensions.ts";
import { toId } from "../base/ids.ts";
import { agentExists } from "../channels/index.ts";
import { agentNames, answerWaiting, gateFacts } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type NotificationKind, notificationKinds, notify } from "../notifications/index.ts";
import {
  agentBudgets,
  type BudgetMark,
  budgetReached,
  findUsedUpBudget,
  nameBudget,
} from "../usage/index.ts";
import { getWorkspace, workspaceBudgetChanged } from "../workspaces/index.ts";
import { selectAgent, selectAgentBudgets } from "./agent-store.ts";

const budgetNearlyUsedUp: NotificationKind = {
  kind: "budget.nearly_used_up",
  title: "Budget nearly used up",
  description: "80 % of a daily or monthly budget of the workspace or of an agent is spent.",
};

const budgetUsedUp: NotificationKind = {
  kind: "budget.used_up",
  title: "Budget used up",
  description: "A daily or monthly budget has no room for another model call, so that work is skipped.",
};

/** What lower modules ask about agents. */
export function agentContributions(core: Core): readonly Contribution[] {
  return [
    contribute(agentExists, async (tx, agentId) => (await selectAgent(tx, agentId)) !== undefined),
    contribute(agentNames, async (tx, agentId) => (await selectAgent(tx, agentId))?.name),
    contribute(gateFacts, async (tx, { agentId }) => {
      if (agentId === null) return {};
      const [agent, workspace] = await Promise.all([selectAgent(tx, agentId), getWorkspace(tx)]);
      if (agent === undefined) return { agentExists: false, agentEnabled: false };
      const usedUp = await findUsedUpBudget(core, tx, workspace, agent);
      const { enabled, limits } = agent;
      return {
        agentExists: true,
        agentEnabled: enabled,
        usedUpBudget: usedUp?.message ?? null,
        ...(limits.maxTimeSeconds === undefined ? {} : { maxTimeSeconds: limits.maxTimeSeconds }),
      };
    }),
    contribute(agentBudgets, selectAgentBudgets),
    contribute(budgetReached, (tx, mark) => tellOfBudget(core, tx, mark)),
    contribute(notificationKinds, budgetNearlyUsedUp, budgetUsedUp),
    contribute(workspaceBudgetChanged, (tx) => answerWaiting(core, tx)),
  ];
}

async function tellOfBudget(
  core: Core,
  tx: TenantTx,
  { line, percent, spentUsd }: BudgetMark,
): Promise<void> {
  const { agentId, period, startsOn, limitUsd } = line;
  const agent = agentId === null ? undefined : await selectAgent(tx, agentId);
  const whose = agent === undefined ? "the workspace" : `the agent "${agent.name}"`;
  const isUsedUp = percent === 100;
  const spent = `${Number(spentUsd).toFixed(2)} of ${limitUsd} US dollars are spent`;
  const unit = period === "day" ? "day" : "month";
  const title = `${unit === "day" ? "daily" : "monthly"} budget of ${whose}`;
  // The last cents may be too few for any call.
  const isSpent = Number(spentUsd) >= Number(limitUsd);
  await notify(core, tx, {
    kind: isUsedUp ? budgetUsedUp : budgetNearlyUsedUp,
    severity: isUsedUp ? "error" : "warning",
    title:
      isUsedUp && !isSpent
        ? `The ${title} has no room for another model call`
        : `${percent} % of the ${title} is spent`,
    body: isUsedUp
      ? `${nameBudget(line)} is used up: ${spent}${isSpent ? "" : ", and what is left is less than the next call may cost"}. Until the next ${unit}, or until it is raised, its work is skipped.`
      : `${spent}. When all of it is spent, work is skipped until the next ${unit}.`,
    target: agentId === null ? { kind: "workspace", id: tx.workspaceId } : { kind: "agent", id: agentId },
    dedupKey: `budget:${toId("agent", agentId ?? tx.workspaceId)}:${period}:${startsOn}:${percent}`,
  });
}
