import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { addKinds, beginLife, enqueue, readExecution, readSteps, startServices } from "../../test/engine.ts";
import { until } from "../../test/until.ts";
import { newId } from "../base/ids.ts";
import { createPool } from "../db/index.ts";
import { endInTransaction } from "./ending.ts";
import { enqueueExecution } from "./enqueue.ts";
import { createRetention, removeExecutionsJob, removeExecutionsOfTask } from "./removal.ts";
import { deleteTaken, takeOfTask, takeOld } from "./removal-store.ts";
import { noUsage } from "./usage.ts";

let core: TestCore;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  addKinds(core, { name: "watched", run: async () => ({ status: "completed", outcome: "none" }) });
});
afterEach(() => sql("delete from executions"));
afterAll(() => core.close());

async function sql(text: string, ...values: readonly unknown[]): Promise<void> {
  await core.db.autocommit.query({ text, values: [...values] });
}

async function count(table: "executions" | "execution_steps" | "execution_payloads"): Promise<number> {
  const { rows } = await core.db.autocommit.query<{ n: number }>({
    text: `select count(*)::int as n from ${table}`,
  });
  return rows[0]?.n ?? 0;
}

const skipped = { code: "x", message: "x" };

/** An execution that has ended, with so many steps, the first of them with payloads apart. */
async function ended(steps: number, of: { readonly taskId?: string; readonly apart?: number } = {}) {
  const { taskId = null, apart = 0 } = of;
  const id = await enqueue(core, workspaceId, { kind: "watched", taskId, skipped });
  const keys = [workspaceId, id];
  await sql(
    `insert into execution_steps (workspace_id, execution_id, seq, kind, name, attempt, nonce, payload, started_at, ended_at)
      select $1, $2, n, 'note', 'n', 1, 1, '{}', now(), now() from generate_series(1, $3) n`,
    ...keys,
    steps,
  );
  await sql(
    `insert into execution_payloads (workspace_id, execution_id, seq, payload)
      select $1, $2, n, '{}' from generate_series(1, $3) n`,
    ...keys,
    apart,
  );
  return id;
}

describe("retention", () => {
  /** One pass of the service. */
  async function pass(days: number, done: () => Promise<boolean>): Promise<void> {
    const run: { callback?: () => void } = {};
    const clock = {
      ...core.clock,
      after: (_ms: number, callback: () => void) => {
        run.callback = callback;
        return () => undefined;
      },
    };
    const stop = await startServices(
      createRetention({ ...core, clock }, async () => [{ workspaceId, days }]),
    );
    run.callback?.();
    await until("the deletion", done);
    await stop();
  }

  test("deletes what ended long ago, with its journal, and nothing else", async () => {
    const old = await enqueue(core, workspaceId, { kind: "watched" });
    const { ctx, row } = await beginLife(core, old);
    await ctx.note("n", "x".repeat(1_100_000));
    await endInTransaction(core, {
      workspaceId,
      id: old,
      attempt: row.attempt,
      result: { status: "completed", outcome: "none" },
      usage: noUsage,
    });
    await sql("update executions set completed_at = clock_timestamp() - interval '91 days'");
    const queued = await enqueue(core, workspaceId, { kind: "watched" });
    const recent = await ended(0);
    await pass(90, async () => (await count("executions")) === 2);
    expect(await readSteps(core, workspaceId, old)).toEqual([]);
    await readExecution(core, workspaceId, queued);
    await readExecution(core, workspaceId, recent);
  });

  test("goes by each workspace's days, a batch at a time", async () => {
    const other = await core.newWorkspace();
    for (const id of [workspaceId, other])
      await core.db.tenant(id, async (tx) => {
        const old = { kind: "watched", lane: "bulk", trigger: "manual", skipped } as const;
        for (let n = 0; n < 3; n += 1) await enqueueExecution(core, tx, old);
      });
    await sql("update executions set completed_at = clock_timestamp() - interval '10 days'");
    const days = [
      { workspaceId, days: 9 },
      { workspaceId: other, days: 11 },
    ];
    const remove = () =>
      core.db.system(async (tx) => {
        const taken = await takeOld(tx, days, 2);
        await deleteTaken(tx, taken, { executions: 2, steps: 1, payloads: 1 });
        return taken.map((row) => row.workspace_id);
      });
    expect(await remove()).toEqual([workspaceId, workspaceId]);
    expect(await remove()).toEqual([workspaceId]);
    expect(await remove()).toEqual([]);
    expect(await count("executions")).toBe(3);
  });

  test("gets on with journals of any length, a bite at a time, and ends with the execution", async () => {
    await ended(7, { apart: 3 });
    await ended(2);
    await sql("update executions set completed_at = clock_timestamp() - interval '10 days'");
    const left: number[][] = [];
    for (let bite = 0; bite < 4; bite += 1) {
      await core.db.system(async (tx) => {
        const taken = await takeOld(tx, [{ workspaceId, days: 9 }], 10);
        await deleteTaken(tx, taken, { executions: 10, steps: 4, payloads: 1 });
      });
      left.push([
        await count("executions"),
        await count("execution_steps"),
        await count("execution_payloads"),
      ]);
    }
    expect(left).toEqual([
      [2, 5, 2],
      [2, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("deletes no more at once than one statement may", async () => {
    await refuseMoreThan(2_000);
    await ended(2_500);
    await sql("update executions set completed_at = clock_timestamp() - interval '10 days'");
    await pass(9, async () => (await count("executions")) === 0);
  });
});

async function asOwner(text: string): Promise<void> {
  const pool = createPool({ url: core.url, log: core.log, name: "owner", max: 1 });
  await pool.query(text).finally(() => pool.end());
}

/** A statement that deletes more steps than these fails, as one does that takes too long. */
async function refuseMoreThan(steps: number): Promise<void> {
  await asOwner(`create or replace function refuse_many() returns trigger language plpgsql as $$ begin
      if (select count(*) from gone) > ${steps} then raise exception 'canceling statement due to statement timeout'; end if;
      return null; end $$;
    create or replace trigger refuse_many after delete on execution_steps referencing old table as gone
      for each statement execute function refuse_many()`);
}

describe("a task's executions", () => {
  const remove = (taskId: string) =>
    core.db.tenant(workspaceId, (tx) => removeExecutionsOfTask(core, tx, taskId));
  const jobs = (taskId: string) =>
    core.sentJobs.filter(({ payload }) => (payload as { readonly taskId?: string }).taskId === taskId);

  test("go at once where they are few", async () => {
    const [taskId, other] = [newId(), newId()];
    await ended(998, { taskId });
    await ended(0, { taskId });
    const kept = await ended(1, { taskId: other });
    await remove(taskId);
    expect(jobs(taskId)).toEqual([]);
    expect(await count("executions")).toBe(1);
    expect(await readSteps(core, workspaceId, kept)).toHaveLength(1);
  });

  test("go by a job where they are many, and only they", async () => {
    await refuseMoreThan(2_000);
    const [taskId, other] = [newId(), newId()];
    await ended(2_500, { taskId, apart: 60 });
    await ended(3, { taskId });
    const kept = await ended(1, { taskId: other });
    await remove(taskId);
    expect(await count("executions")).toBe(3);
    const [job, ...more] = jobs(taskId);
    expect(more).toEqual([]);
    const run = { workspaceId, signal: new AbortController().signal, attempt: 1 };
    await removeExecutionsJob(core).handle(job?.payload, run);
    expect(await count("execution_payloads")).toBe(0);
    expect(await count("execution_steps")).toBe(1);
    await readExecution(core, workspaceId, kept);
    expect(await count("executions")).toBe(1);
  });

  test("stay where the job was cut off, for its next attempt", async () => {
    const taskId = newId();
    await ended(1, { taskId });
    const run = { workspaceId, signal: AbortSignal.abort(new Error("enough")), attempt: 1 };
    await expect(removeExecutionsJob(core).handle({ taskId }, run)).rejects.toThrow("enough");
    const of = { workspaceId, taskId };
    expect(await core.db.system((tx) => takeOfTask(tx, of, 5))).toHaveLength(1);
  });
});
