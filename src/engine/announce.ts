import { type Change, encodeChange, type PlacedChange } from "../base/change.ts";
import type { TenantTx, Tx } from "../db/index.ts";
import type { Core } from "./core.ts";

/**
 * Tells whoever watches these objects that they changed, once the change is committed; see `GET /v1/events`. What is
 * written to the audit log is told of by that.
 */
export function announce(tx: TenantTx, ...changes: readonly Change[]): void {
  for (const change of changes) tx.announce({ workspaceId: tx.workspaceId, ...change });
}

/** The same for what is committed already. */
export function announceNow(core: Pick<Core, "signals">, ...changes: readonly PlacedChange[]): void {
  for (const change of changes) core.signals.notify("live", encodeChange(change));
}

/** An execution as far as it takes to tell of it. */
interface Announced {
  readonly workspaceId: string;
  /** Undefined: one whose id is not known here. */
  readonly id?: string;
  readonly taskId?: string | null;
}

/** What has changed when an execution was made, begun or ended: its task shows what runs and how the last run went. */
export function changesBy(execution: Announced): readonly PlacedChange[] {
  const { workspaceId, id, taskId = null } = execution;
  const changed = { workspaceId, kind: "execution", id: id ?? null } as const;
  return taskId === null ? [changed] : [changed, { workspaceId, kind: "task", id: taskId }];
}

/** Tells that an execution was made, begun or ended, once that is committed. */
export function announceExecution(tx: Tx, execution: Announced): void {
  for (const change of changesBy(execution)) tx.announce(change);
}
