import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  addKinds,
  beginLife,
  claimQueued,
  connectionBroke,
  enqueue,
  readExecution,
  startServices,
  withAutocommit,
} from "../../test/engine.ts";
import { until } from "../../test/until.ts";
import { newId } from "../base/ids.ts";
import { createPool } from "../db/index.ts";
import { promote, registerWorker } from "./claim-store.ts";
import { cancelExecutions, createFinisher, endInTransaction } from "./ending.ts";
import { enqueueExecutions } from "./enqueue.ts";
import type { Execution } from "./execution.ts";
import { createMaintenance, recover } from "./maintenance.ts";
import { toExecution } from "./rows.ts";
import { noUsage } from "./usage.ts";

let core: TestCore;
let workspaceId: string;
const ends: Execution[] = [];

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  addKinds(
    core,
    {
      name: "watched",
      run: async () => ({ status: "completed", outcome: "none" }),
      ended: async (_tx, execution) => {
        ends.push(execution);
      },
    },
    {
      name: "poisoned",
      run: async () => ({ status: "completed", outcome: "none" }),
      ended: async () => {
        throw new Error("the kind's own fault");
      },
    },
  );
});
afterEach(async () => {
  ends.length = 0;
  await core.db.autocommit.query({ text: "delete from executions" });
  await core.db.autocommit.query({ text: "delete from workers" });
});
afterAll(() => core.close());

async function sql(text: string, ...values: readonly unknown[]): Promise<void> {
  await core.db.autocommit.query({ text, values: [...values] });
}

async function worker(secondsSilent: number): Promise<string> {
  const id = newId();
  await registerWorker(core.db, { id, host: "test", pid: 1 });
  await sql(
    "update workers set renewed_at = clock_timestamp() - $2 * interval '1 second' where id = $1",
    id,
    secondsSilent,
  );
  return id;
}

/** Claims the execution for a worker that dies at once; answers whether it was queued at all. */
async function dieWith(id: string): Promise<boolean> {
  const claimed = await claimQueued(core, await worker(11));
  await recover(core);
  return claimed.some((row) => row.id === id);
}

describe("executions of dead workers", () => {
  test("go back to the queue after 10 s of silence, not before", async () => {
    const lost = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(10.5));
    const kept = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(9));
    await recover(core);
    expect(await readExecution(core, workspaceId, lost)).toMatchObject({
      status: "queued",
      attempt: 1,
      deadlineAt: null,
    });
    expect(await readExecution(core, workspaceId, kept)).toMatchObject({ status: "running" });
  });

  test("go back although the database's clock was set back by an hour since the worker's last renewal", async () => {
    const lost = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(-3_600));
    const kept = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(-1));
    await recover(core);
    expect((await readExecution(core, workspaceId, lost)).status).toBe("queued");
    expect((await readExecution(core, workspaceId, kept)).status).toBe("running");
  });

  test("go back also when the worker's row is gone", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, newId());
    await recover(core);
    expect((await readExecution(core, workspaceId, id)).status).toBe("queued");
  });

  test("count the time until the worker fell silent as used, not the time until it was noticed", async () => {
    await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(60));
    await sql("update executions set claimed_at = clock_timestamp() - interval '100 seconds'");
    await recover(core);
    const { rows } = await core.db.autocommit.query<{ used_ms: number }>({
      text: "select used_ms from executions",
    });
    expect(rows[0]?.used_ms).toBeGreaterThan(39_000);
    expect(rows[0]?.used_ms).toBeLessThan(42_000);
  });

  test("are returned once when several processes look at the same moment", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(11));
    await Promise.all([recover(core), recover(core), recover(core)]);
    const { rows } = await core.db.autocommit.query<{ deaths: number }>({
      text: "select deaths from executions where id = $1",
      values: [id],
    });
    expect(rows[0]?.deaths).toBe(1);
  });

  test("a dead worker's row goes away once nothing belongs to it", async () => {
    await worker(21);
    const young = await worker(15);
    await recover(core);
    const { rows } = await core.db.autocommit.query<{ id: string }>({ text: "select id from workers" });
    expect(rows).toEqual([{ id: young }]);
  });
});

test("a database that was away for everybody is nobody's death; a worker that does not come back is dead", async () => {
  const [back, gone] = [await worker(3_600), await worker(3_600)];
  const kept = await enqueue(core, workspaceId, { kind: "watched" });
  await claimQueued(core, back);
  const lost = await enqueue(core, workspaceId, { kind: "watched" });
  await claimQueued(core, gone);
  let away = true;
  let passes = 0;
  const db = withAutocommit(core.db, async (statement) => {
    if (away) throw connectionBroke();
    if (statement.name === "overdue_executions") passes += 1;
    return core.db.autocommit.query(statement);
  });
  const lease = { renewEveryMs: 250, staleAfterMs: 1_000, lapsesAfterMs: 2_500, reapEveryMs: 50 };
  const stop = await startServices(createMaintenance({ ...core, db }, "worker", lease));
  try {
    away = false;
    await until("two passes after the database is back", async () => passes >= 2);
    // It renews somewhat late, and from now on.
    await sql("update workers set renewed_at = clock_timestamp() + interval '2 seconds' where id = $1", back);
    await until("the return of the dead worker's execution", async () => {
      return (await readExecution(core, workspaceId, lost)).status === "queued";
    });
  } finally {
    await stop();
  }
  expect(await readExecution(core, workspaceId, kept)).toMatchObject({ status: "running", attempt: 1 });
  const { rows } = await core.db.autocommit.query({ text: "select id, deaths from executions order by id" });
  expect(rows).toEqual([
    { id: kept, deaths: 0 },
    { id: lost, deaths: 1 },
  ]);
});

describe("a crash loop", () => {
  test("ends after five deaths without a new step, and its kind hears of it once", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched" });
    for (let death = 1; death <= 4; death += 1) {
      expect(await dieWith(id)).toBe(true);
      expect((await readExecution(core, workspaceId, id)).status).toBe("queued");
    }
    expect(await dieWith(id)).toBe(true);
    expect(await readExecution(core, workspaceId, id)).toMatchObject({
      status: "failed",
      outcome: "none",
      reasonCode: "crash_loop",
      attempt: 5,
    });
    expect(ends).toMatchObject([{ id, status: "failed", reasonCode: "crash_loop" }]);
    expect(await dieWith(id)).toBe(false);
  });

  test("is none when every life makes a step, and the count starts anew after one", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched" });
    for (let life = 0; life < 7; life += 1) {
      const { ctx, row } = await beginLife(core, id);
      for (let step = 0; step <= life; step += 1) await ctx.note(`${step}`, 1);
      await sql("update executions set worker_id = $2 where id = $1", row.id, await worker(11));
      await recover(core);
      expect((await readExecution(core, workspaceId, id)).status).toBe("queued");
    }
    // The last death above was the first after its step.
    for (let death = 2; death <= 4; death += 1) await dieWith(id);
    expect((await readExecution(core, workspaceId, id)).status).toBe("queued");
    await dieWith(id);
    expect(await readExecution(core, workspaceId, id)).toMatchObject({ reasonCode: "crash_loop" });
  });

  test("one that cannot be ended does not keep the others from it", async () => {
    const poisoned = await enqueue(core, workspaceId, { kind: "poisoned" });
    const watched = await enqueue(core, workspaceId, { kind: "watched" });
    const late = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(0));
    const silent = await worker(11);
    await sql(
      "update executions set deaths = 4, worker_id = $2 where id = any($1)",
      [poisoned, watched],
      silent,
    );
    await sql(
      "update executions set deadline_at = clock_timestamp() - interval '11 seconds' where id = $1",
      late,
    );
    await recover(core);
    expect(await readExecution(core, workspaceId, watched)).toMatchObject({ reasonCode: "crash_loop" });
    expect(await readExecution(core, workspaceId, late)).toMatchObject({ reasonCode: "max_time" });
    expect((await readExecution(core, workspaceId, poisoned)).status).toBe("running");
  });
});

describe("deadlines", () => {
  test("are enforced by others when the worker does not, with what was used so far", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core, await worker(0));
    await sql(
      "update executions set deadline_at = clock_timestamp() - interval '9 seconds', tool_calls = 3 where id = $1",
      id,
    );
    await recover(core);
    expect((await readExecution(core, workspaceId, id)).status).toBe("running");
    await sql(
      "update executions set deadline_at = clock_timestamp() - interval '11 seconds' where id = $1",
      id,
    );
    await recover(core);
    expect(await readExecution(core, workspaceId, id)).toMatchObject({
      status: "failed",
      outcome: "limit_reached",
      reasonCode: "max_time",
      toolCalls: 3,
    });
  });

  test("16 minutes in one step: the limit decides, and the lease does not matter", async () => {
    const short = await enqueue(core, workspaceId, { kind: "watched", maxTimeSeconds: 900 });
    const long = await enqueue(core, workspaceId, { kind: "watched", maxTimeSeconds: 3_600 });
    await claimQueued(core, await worker(0));
    // As if claimed 16 minutes ago by a worker that has renewed ever since.
    await sql(`update executions set claimed_at = claimed_at - interval '16 minutes', started_at = started_at - interval '16 minutes',
      deadline_at = deadline_at - interval '16 minutes'`);
    await recover(core);
    expect(await readExecution(core, workspaceId, long)).toMatchObject({ status: "running", attempt: 1 });
    expect(await readExecution(core, workspaceId, short)).toMatchObject({
      status: "failed",
      reasonCode: "max_time",
    });
  });
});

describe("the end", () => {
  const ending = (id: string, attempt = 1) => ({
    workspaceId,
    id,
    attempt,
    result: { status: "completed", outcome: "goal_met" } as const,
    usage: noUsage,
  });

  test("happens once per execution, in the attempt that has it", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched" });
    await claimQueued(core);
    expect(await endInTransaction(core, ending(id, 2))).toBe(false);
    expect(await Promise.all([1, 2, 3].map(() => endInTransaction(core, ending(id))))).toEqual(
      expect.arrayContaining([true, false, false]),
    );
    expect(ends).toHaveLength(1);
  });

  test("a cancel and an end at the same moment: one of them, never both", async () => {
    for (let round = 0; round < 20; round += 1) {
      ends.length = 0;
      const id = await enqueue(core, workspaceId, { kind: "watched" });
      await claimQueued(core);
      const [ended, canceled] = await Promise.all([
        endInTransaction(core, ending(id)),
        core.db.tenant(workspaceId, (tx) =>
          cancelExecutions(core, tx, { ids: [id] }, { code: "canceled_by_member", message: "x" }),
        ),
      ]);
      expect(Number(ended) + canceled.length).toBe(1);
      expect((await readExecution(core, workspaceId, id)).status).toBe(ended ? "completed" : "canceled");
      expect(new Set(ends.map(({ status }) => status)).size).toBe(1);
    }
  });

  test("of 50 at once is refused only to the one that PostgreSQL refuses", async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, () => enqueue(core, workspaceId, { kind: "plain" })),
    );
    const rows = await claimQueued(core);
    const finisher = createFinisher(core);
    const results = await Promise.allSettled(
      ids.map((id, at) => {
        const row = rows.find((claimed) => claimed.id === id);
        if (row === undefined) throw new Error("nothing was claimed");
        // More money than the column holds.
        const usage = at === 20 ? { ...noUsage, costUsd: "999999999999" } : noUsage;
        return finisher.end(toExecution(row), { ...ending(id), usage });
      }),
    );
    expect(results.flatMap((result, at) => (result.status === "rejected" ? [at] : []))).toEqual([20]);
    const statuses = await Promise.all(
      ids.map(async (id) => (await readExecution(core, workspaceId, id)).status),
    );
    expect(statuses.filter((status) => status === "completed")).toHaveLength(49);
  });

  test("is undone with what the kind does at the end", async () => {
    const id = await enqueue(core, workspaceId, { kind: "poisoned" });
    await claimQueued(core);
    await expect(endInTransaction(core, ending(id))).rejects.toThrow("the kind's own fault");
    expect((await readExecution(core, workspaceId, id)).status).toBe("running");
  });
});

describe("waits", () => {
  test("are over at their time, the one due first before the others, and the next time is told", async () => {
    const ids: string[] = [];
    for (const delayMs of [60_000, 30_000, 90_000])
      ids.push(await enqueue(core, workspaceId, { kind: "watched", delayMs }));
    const first = await promote(core.db);
    expect(first.promoted).toBe(0);
    expect(first.nextInMs).toBeGreaterThan(28_000);
    expect(first.nextInMs).toBeLessThanOrEqual(30_000);
    await sql(
      "update executions set available_at = clock_timestamp() - interval '1 second' where id = $1",
      ids[1],
    );
    expect((await promote(core.db)).promoted).toBe(1);
    const statuses = await Promise.all(ids.map((id) => readExecution(core, workspaceId, id)));
    expect(statuses.map(({ status, waitingFor }) => [status, waitingFor])).toEqual([
      ["waiting", "time"],
      ["queued", null],
      ["waiting", "time"],
    ]);
  });

  test("one that ends between two looks at the clock is queued or told of", async () => {
    const id = await enqueue(core, workspaceId, { kind: "watched", delayMs: 60_000 });
    // In these sessions the clock goes on by a second with each look at it; the wait is over after one and a half.
    const settings = { search_path: "slow,public,pg_catalog" };
    const pool = createPool({ url: core.url, log: core.log, name: "slow", max: 1, settings });
    try {
      await pool.query(`create schema slow; create sequence slow.looks;
        create function slow.clock_timestamp() returns timestamptz language sql volatile as
          $$ select '2030-01-01T00:00:00Z'::timestamptz + nextval('slow.looks') * interval '1 second' $$`);
      await sql("update executions set available_at = '2030-01-01T00:00:01.5Z' where id = $1", id);
      const slow = withAutocommit(core.db, (statement) => pool.query(statement));
      expect(await promote(slow)).toMatchObject({ promoted: 0, nextInMs: 500 });
      expect(await promote(slow)).toMatchObject({ promoted: 1, nextInMs: null });
    } finally {
      await pool.query("drop schema slow cascade").finally(() => pool.end());
    }
  });

  test("more than one pass queues are followed by another one at once", async () => {
    const waiting = { kind: "watched", lane: "bulk", trigger: "manual", delayMs: 1, workspaceId } as const;
    const many = Array.from({ length: 501 }, () => waiting);
    await core.db.system((tx) => enqueueExecutions(core, tx, many));
    await sql("update executions set available_at = clock_timestamp() - interval '1 second'");
    expect(await promote(core.db)).toMatchObject({ promoted: 500, nextInMs: 0 });
    expect(await promote(core.db)).toMatchObject({ promoted: 1, nextInMs: null });
  });

  test("a wait without an end has no next time", async () => {
    await enqueue(core, workspaceId, { kind: "watched", delayMs: 1_000 });
    await sql("update executions set available_at = 'infinity'");
    expect(await promote(core.db)).toMatchObject({ promoted: 0, nextInMs: null });
  });
});
