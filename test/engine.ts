import { contribute } from "../src/base/extensions.ts";
import { newId } from "../src/base/ids.ts";
import type { Database } from "../src/db/index.ts";
import { claim } from "../src/engine/claim-store.ts";
import { openContext, type RunningContext } from "../src/engine/context.ts";
import { executionKinds } from "../src/engine/ending.ts";
import {
  type Core,
  type Execution,
  type ExecutionKind,
  type ExecutionStatus,
  enqueueExecution,
  getExecution,
  listSteps,
  type NewExecution,
  type Service,
  type Step,
} from "../src/engine/index.ts";
import { createJournal, type Journal } from "../src/engine/journal.ts";
import { defaultLease, type LeaseTimings } from "../src/engine/lease.ts";
import { type ExecutionRow, toExecution } from "../src/engine/rows.ts";
import { until } from "./until.ts";

/** The proportions of the real lease, short enough to wait for and long enough for a busy machine. */
export const shortLease: LeaseTimings = {
  renewEveryMs: 250,
  staleAfterMs: 1_500,
  lapsesAfterMs: 2_500,
  reapEveryMs: 250,
};

export { defaultLease };

const firstWorkspace = "00000000-0000-0000-0000-000000000000";

export function addKinds(core: Core, ...kinds: readonly ExecutionKind[]): void {
  core.extensions.add([contribute(executionKinds, ...kinds)]);
}

/** Queues an execution, by default in lane `manual`. */
export function enqueue(
  core: Core,
  workspaceId: string,
  execution: Partial<NewExecution> & { readonly kind: string },
): Promise<string> {
  return core.db.tenant(workspaceId, (tx) =>
    enqueueExecution(core, tx, { lane: "manual", trigger: "manual", ...execution }),
  );
}

export async function readExecution(core: Core, workspaceId: string, id: string): Promise<Execution> {
  const execution = await core.db.tenant(workspaceId, (tx) => getExecution(tx, id));
  if (execution === undefined) throw new Error(`there is no execution ${id}`);
  return execution;
}

export function readSteps(core: Core, workspaceId: string, id: string): Promise<readonly Step[]> {
  return core.db.tenant(workspaceId, (tx) => listSteps(tx, id, { after: 0, limit: 1_000 }));
}

/** The execution once it has this status. */
export function untilStatus(
  core: Core,
  workspaceId: string,
  id: string,
  status: ExecutionStatus,
  timeoutMs = 10_000,
): Promise<Execution> {
  return until(
    `${status} of execution ${id}`,
    async () => {
      const execution = await readExecution(core, workspaceId, id);
      return execution.status === status && execution;
    },
    timeoutMs,
  );
}

/** Claims everything that is queued in lane `manual`, as a worker of its own would. */
export async function claimQueued(core: Core, workerId = newId()): Promise<readonly ExecutionRow[]> {
  const { rows } = await claim(core.db, workerId, { lane: "manual", free: 1_000, after: firstWorkspace });
  return rows;
}

/** Puts a running execution back, as if its worker had died. */
export async function takeAway(core: Core, id: string): Promise<void> {
  await core.db.autocommit.query({
    text: "update executions set status = 'queued', worker_id = null where id = $1 and status = 'running'",
    values: [id],
  });
}

/** One attempt at an execution, driven by a test instead of a worker. */
export interface Life {
  readonly ctx: RunningContext;
  readonly row: ExecutionRow;
  readonly abort: AbortController;
}

export interface LifeOptions {
  /** In place of the core's database, to put faults between. */
  readonly db?: Database;
  readonly journal?: Journal;
  guard?(): void;
}

/** Takes the execution from whoever has it and opens its context in a new attempt. */
export async function beginLife(core: Core, id: string, options: LifeOptions = {}): Promise<Life> {
  await takeAway(core, id);
  const row = (await claimQueued(core)).find((claimed) => claimed.id === id);
  if (row === undefined) throw new Error(`execution ${id} was not queued`);
  const abort = new AbortController();
  const db = options.db ?? core.db;
  const ctx = await openContext({
    core: { ...core, db },
    journal: options.journal ?? createJournal({ ...core, db }),
    execution: toExecution(row),
    checkpointSeq: row.checkpoint_seq,
    maxTimeSeconds: row.max_time_seconds,
    usedMs: row.used_ms,
    signal: abort.signal,
    guard: options.guard ?? (() => undefined),
  });
  return { ctx, row, abort };
}

/** The database with something put in the way of its single statements. */
export function withAutocommit(db: Database, query: Database["autocommit"]["query"]): Database {
  return { ...db, autocommit: { query } };
}

/** What pg throws when a connection breaks; the statement may have been carried out. */
export function connectionBroke(): Error {
  return new Error("Connection terminated unexpectedly");
}

/** Starts services and answers what stops them in reverse order. */
export async function startServices(...services: readonly Service[]): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  for (const service of services) stops.unshift(await service.start());
  return async () => {
    for (const stop of stops) await stop();
  };
}
