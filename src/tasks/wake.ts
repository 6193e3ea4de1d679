import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";

/** Workers hear it too and look for work once in vain, which costs them one empty claim. */
const payload = "schedules";

/** Tells sweeps, after the commit, that a run may be due earlier than they last saw. A poll stands behind it. */
export function wakeSweep(core: Core, tx: TenantTx): void {
  tx.afterCommit(() => core.signals.notify("executions", payload));
}

/** Calls `wake` when a schedule has changed in any process; the answer stops it. */
export function onWake(core: Core, wake: () => void): () => void {
  return core.signals.listen("executions", (heard) => {
    if (heard === payload || heard === "") wake();
  });
}
