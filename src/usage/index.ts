import type { Core, Module } from "../engine/index.ts";
import { usageRoutes } from "./http.ts";

export { findBudgetObstacle, findUsedUpBudget } from "./budgets.ts";
export {
  forgetAgent,
  forgetRefusal,
  hasNoBudget,
  type ReservationAnswer,
  reserveCost,
  settleCost,
} from "./costs.ts";
export { agentBudgets, type BudgetMark, budgetReached } from "./extension-points.ts";
export { nameBudget } from "./rules.ts";

/** What model calls cost, and the budgets that bound it. */
export function usageModule(core: Core): Module {
  return { name: "usage", routes: usageRoutes(core) };
}
