import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { startProxy } from "../../test/proxy.ts";
import { until } from "../../test/until.ts";
import { newId } from "../base/ids.ts";
import { createPool, isConnectionLoss } from "./connection.ts";
import { CommitUncertainError, createDatabase, type Database } from "./database.ts";
import { createSignals } from "./signals.ts";

/** A database that takes what is sent and never answers, as one that was stopped with SIGSTOP. */

const timeouts = { statementMs: 200, graceMs: 200, connectMs: 300 };
let core: TestCore;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let db: Database;
let workspaceId: string;
/** Runs ahead, so that repeating lost transactions ends soon. */
let skippedMs = 0;

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});
beforeEach(async () => {
  proxy = await startProxy(new URL(core.url));
  skippedMs = 0;
  const clock = { ...core.clock, monotonicMs: () => core.clock.monotonicMs() + skippedMs };
  db = createDatabase({ url: proxy.url, log: core.log, clock, signals: core.signals, timeouts });
});
afterEach(async () => {
  proxy.cut();
  await db.close();
  await proxy.close();
});
afterAll(() => core.close());

const ask = { text: "select pg_backend_pid() as pid" };
type Pid = { readonly pid: number };
const pidOf = (work: Pick<Database["autocommit"], "query">) =>
  work.query<Pid>(ask).then(({ rows }) => rows[0]?.pid);

test("a statement fails in time, and its connection is never used again", async () => {
  const before = await pidOf(db.autocommit);
  expect(await pidOf(db.autocommit)).toBe(before);
  proxy.state.silent = true;
  const asked = performance.now();
  const error = await db.autocommit.query(ask).catch((reason: unknown) => reason);
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect(isConnectionLoss(error)).toBe(true);
  proxy.state.silent = false;
  await until("the connection to be gone", () => proxy.state.together === 0);
  expect(await pidOf(db.autocommit)).not.toBe(before);
});

test("a transaction runs again on another connection", async () => {
  const pids: (number | undefined)[] = [];
  await db.tenant(workspaceId, async (tx) => {
    pids.push(await pidOf(tx));
    if (pids.length > 1) return;
    proxy.state.silent = true;
    // It comes back while the transaction waits for another connection.
    await tx.query(ask).finally(() => {
      proxy.state.silent = false;
    });
  });
  expect(pids).toHaveLength(2);
  expect(pids[1]).not.toBe(pids[0]);
  await until("the stuck connection to be gone", () => proxy.state.together === 1);
});

test("a transaction is not tried for ever", async () => {
  await pidOf(db.autocommit);
  let runs = 0;
  const work = db.tenant(workspaceId, async (tx) => {
    runs += 1;
    proxy.state.silent = true;
    skippedMs = 20_000;
    await tx.query(ask);
  });
  // Which of the two is told first is chance: the query's time is up, and so its connection is ended.
  await expect(work).rejects.toThrow(/Query read timeout|Connection terminated/);
  expect(runs).toBe(1);
});

test("a commit without an answer is uncertain, and does not run again", async () => {
  let runs = 0;
  const asked = performance.now();
  const work = db.tenant(workspaceId, async (tx) => {
    runs += 1;
    await tx.query(ask);
    proxy.state.silent = true;
  });
  await expect(work).rejects.toThrow(CommitUncertainError);
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect(runs).toBe(1);
});

test("a client that was taken out of a pool does not go back into it", async () => {
  const pool = createPool({ url: proxy.url, log: core.log, name: "test", max: 1, timeouts });
  try {
    const client = await pool.connect();
    proxy.state.silent = true;
    await expect(client.query("select 1")).rejects.toThrow("Query read timeout");
    // Others than we roll back first, and say nothing of the error when they release.
    await expect(client.query("rollback")).rejects.toThrow("not queryable");
    client.release();
    expect(pool.totalCount).toBe(0);
  } finally {
    await pool.end();
  }
});

test("the notification connection is made anew", async () => {
  const { log, clock } = core;
  const signals = createSignals({ url: proxy.url, log, clock, processId: newId(), timeouts });
  await signals.start();
  let missed = 0;
  signals.listen("live", (payload) => {
    if (payload === "") missed += 1;
  });
  try {
    proxy.state.silent = true;
    signals.notify("live", "x");
    await until("the connection to be given up", () => proxy.state.together === 0);
    proxy.state.silent = false;
    await until("another one", () => missed > 0);
  } finally {
    await signals.stop();
  }
});
