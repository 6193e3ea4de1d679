import pg from "pg";
import type { NewExecution, Step } from "../src/engine/index.ts";
import type { LeaseTimings } from "../src/engine/lease.ts";
import { createTestCore, type TestCore } from "../test/core.ts";
import { enqueue, readSteps } from "../test/engine.ts";
import { type Ledger, startLedger } from "./ledger.ts";
import type { Op } from "./script.ts";
import { createWorkerProcesses } from "./workers.ts";

/**
 * The lease in these tests: its proportions are the real ones, so that five deaths take seconds instead of minutes
 * and a busy machine of two cores still renews in time.
 */
export const chaosLease: LeaseTimings = {
  renewEveryMs: 400,
  staleAfterMs: 2_000,
  lapsesAfterMs: 3_500,
  reapEveryMs: 400,
};

/** The table that `change` writes to. */
export const marksTable = `create table marks (workspace_id uuid not null, execution_id uuid not null, name text not null);
  call protect_table('marks', 'select, insert')`;

/** A database, a world outside it, and worker processes between them. */
export interface Scene {
  readonly core: TestCore;
  readonly workspaceId: string;
  readonly ledger: Ledger;
  readonly workers: ReturnType<typeof createWorkerProcesses>;
  /** Queues an execution that does what the script says; answers its id. */
  play(script: readonly Op[], execution?: Partial<NewExecution>): Promise<string>;
  steps(executionId: string): Promise<readonly Step[]>;
  /** How many rows `change` has left. */
  countMarks(executionId: string): Promise<number>;
  close(): Promise<void>;
}

export async function openScene(lease: LeaseTimings = chaosLease): Promise<Scene> {
  const core = await createTestCore();
  const admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  await admin.query(marksTable);
  await admin.end();
  const workspaceId = await core.newWorkspace();
  const ledger = await startLedger();
  const workers = createWorkerProcesses({ url: core.url, ledgerUrl: ledger.url, lease });
  return {
    core,
    workspaceId,
    ledger,
    workers,
    play: (script, execution = {}) =>
      enqueue(core, workspaceId, { kind: "script", input: script, ...execution }),
    steps: (executionId) => readSteps(core, workspaceId, executionId),
    async countMarks(executionId) {
      const { rowCount } = await core.db.autocommit.query({
        text: "select 1 from marks where execution_id = $1",
        values: [executionId],
      });
      return rowCount ?? 0;
    },
    async close() {
      await workers.killAll();
      await ledger.close();
      await core.close();
    },
  };
}
