import { newId } from "../base/ids.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type Origin, recordChange } from "./audit.ts";
import { workspaceBudgetChanged, workspaceUnfrozen } from "./extension-points.ts";
import { changedFields } from "./rules.ts";
import {
  insertWorkspace,
  lockFreeze,
  lockWorkspace,
  selectExecutionRetention,
  selectIdleClosing,
  selectWorkspace,
  updateWorkspaceRow,
  type Workspace,
} from "./workspace-store.ts";

export type { Workspace } from "./workspace-store.ts";

const audited = [
  "name",
  "timezone",
  "dailyCostUsd",
  "monthlyCostUsd",
  "executionRetentionDays",
  "conversationIdleCloseSeconds",
  "frozenAt",
  "frozenReason",
] as const;

/** Makes a workspace without members or keys and answers its UUID. */
export async function createWorkspace(core: Core, workspace: { readonly name: string }): Promise<string> {
  const id = newId();
  await core.db.system((tx) => insertWorkspace(tx, { id, name: workspace.name }));
  return id;
}

/** The transaction's workspace; `frozenAt` is set while nothing may be sent. */
export async function getWorkspace(tx: TenantTx): Promise<Workspace> {
  return await selectWorkspace(tx);
}

/** For how many days each workspace keeps its executions. */
export function listExecutionRetention(core: Core): ReturnType<typeof selectExecutionRetention> {
  return core.db.system((tx) => selectExecutionRetention(tx));
}

/** After how many seconds without a message each workspace has its conversations closed. */
export function listIdleClosing(core: Core): ReturnType<typeof selectIdleClosing> {
  return core.db.system((tx) => selectIdleClosing(tx));
}

export interface WorkspaceChanges {
  readonly name?: string | undefined;
  /** A valid IANA name. */
  readonly timezone?: string | undefined;
  readonly dailyCostUsd?: string | null | undefined;
  readonly monthlyCostUsd?: string | null | undefined;
  readonly executionRetentionDays?: number | undefined;
  readonly conversationIdleCloseSeconds?: number | undefined;
}

/** Changes the fields given. A changed budget has what waited for money looked at again. */
export async function updateWorkspace(
  core: Core,
  tx: TenantTx,
  changes: WorkspaceChanges,
  origin: Origin,
): Promise<Workspace> {
  const before = await lockWorkspace(tx);
  const after = await updateWorkspaceRow(tx, { ...changes, updatedAt: core.clock.now() });
  const isBudgetChanged =
    before.dailyCostUsd !== after.dailyCostUsd || before.monthlyCostUsd !== after.monthlyCostUsd;
  if (isBudgetChanged) for (const takeUp of core.extensions.of(workspaceBudgetChanged)) await takeUp(tx);
  await record(tx, origin, "workspace.update", before, after);
  return after;
}

/** The workspace as a send must see it: it cannot be frozen between this look and the send's commit. */
export async function getWorkspaceForSend(tx: TenantTx): Promise<Workspace> {
  await lockFreeze(tx, "shared");
  return await getWorkspace(tx);
}

/** Stops every send at once, when this transaction commits. A frozen workspace stays as it is, with its first reason. */
export async function freezeWorkspace(
  core: Core,
  tx: TenantTx,
  reason: string,
  origin: Origin,
): Promise<Workspace> {
  await lockFreeze(tx, "exclusive");
  const before = await lockWorkspace(tx);
  if (before.frozenAt !== null) return before;
  const now = core.clock.now();
  const after = await updateWorkspaceRow(tx, { frozenAt: now, frozenReason: reason, updatedAt: now });
  await record(tx, origin, "workspace.freeze", before, after);
  return after;
}

/** Lets messages go out again, and what waited for that go on. Without effect if nothing is frozen. */
export async function unfreezeWorkspace(core: Core, tx: TenantTx, origin: Origin): Promise<Workspace> {
  const before = await lockWorkspace(tx);
  if (before.frozenAt === null) return before;
  const after = await updateWorkspaceRow(tx, {
    frozenAt: null,
    frozenReason: null,
    updatedAt: core.clock.now(),
  });
  for (const takeUp of core.extensions.of(workspaceUnfrozen)) await takeUp(tx);
  await record(tx, origin, "workspace.unfreeze", before, after);
  return after;
}

async function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Workspace,
  after: Workspace,
): Promise<void> {
  const changes = changedFields(before, after, audited);
  if (Object.keys(changes).length === 0) return;
  await recordChange(tx, { ...origin, action, target: { kind: "workspace", id: tx.workspaceId }, changes });
}
