import { extensionPoint } from "../base/extensions.ts";
import type { TenantTx } from "../db/index.ts";

/** Runs in the transaction that ends a freeze: takes up again what had to wait for that. */
export type WorkspaceUnfrozen = (tx: TenantTx) => Promise<void>;

export const workspaceUnfrozen = extensionPoint<WorkspaceUnfrozen>("workspaces.unfrozen");

/** Runs in the transaction that changes the workspace's budgets: takes up what waited for more. */
export type WorkspaceBudgetChanged = (tx: TenantTx) => Promise<void>;

export const workspaceBudgetChanged = extensionPoint<WorkspaceBudgetChanged>("workspaces.budgetChanged");
