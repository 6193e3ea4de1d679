import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startServices } from "../../test/engine.ts";
import { createTaskFixture, daily, everyMinute, type TaskFixture } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import type { Tx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { triggerTask } from "./control.ts";
import { createReconciler, reconcileSchedules } from "./reconcile.ts";
import { createSweep, sweepOnce } from "./sweep.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());
beforeEach(() => run("update task_schedules set next_run_at = null where next_run_at is not null"));

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const origin = { caller: null, requestId: null };

/** A core whose sweep stops after the named statement until it is let go. */
function holdAfter(core: Core, statement: string) {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const hold = (tx: Tx): Tx => ({
    ...tx,
    query: async (sent) => {
      const result = await tx.query(sent);
      if (sent.name === statement) {
        reached.resolve();
        await release.promise;
      }
      return result as never;
    },
  });
  const held: Core = {
    ...core,
    db: { ...core.db, system: (work) => core.db.system((tx) => work(hold(tx))) },
  };
  return { core: held, reached: reached.promise, release: () => release.resolve() };
}

describe("firing", () => {
  it("queues what is due with what the run needs, and nothing else", async () => {
    const { agentId, contactId } = fixture;
    const limits = { maxTimeSeconds: 1_800 };
    const due = await fixture.newTask({ schedule: daily, agentId, contactId, limits });
    const later = await fixture.newTask({ schedule: daily });
    await fixture.makeDue(due.id);
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 1, written: 1 });
    const [execution, ...others] = await fixture.executions(due.id);
    expect(others).toEqual([]);
    expect(execution).toMatchObject({
      ...{ kind: "task", lane: "scheduled", trigger: "schedule", status: "queued", taskId: due.id },
      ...{ agentId, contactId, reasonCode: null },
    });
    const { rows } = await run("select max_time_seconds from executions where id = $1", [execution?.id]);
    expect(rows).toEqual([{ max_time_seconds: 1_800 }]);
    expect((await fixture.read(due.id)).nextRunAt).toEqual(due.nextRunAt);
    expect(await fixture.executions(later.id)).toEqual([]);
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 0, written: 0 });
  });

  it("is done by one of two sweeps that meet", async () => {
    const task = await fixture.newTask({ schedule: daily });
    await fixture.makeDue(task.id);
    const held = holdAfter(fixture.core, "take_due_schedules");
    const first = sweepOnce(held.core);
    await held.reached;
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 0, written: 0 });
    held.release();
    expect(await first).toMatchObject({ taken: 1, written: 1 });
    expect(await fixture.executions(task.id)).toHaveLength(1);
  });

  it("writes a tick once even if its time came back", async () => {
    const task = await fixture.newTask({ schedule: daily });
    await fixture.makeDue(task.id);
    const { rows } = await run("select next_run_at from task_schedules where task_id = $1", [task.id]);
    await sweepOnce(fixture.core);
    await run("update task_schedules set next_run_at = $2 where task_id = $1", [
      task.id,
      rows[0]?.next_run_at,
    ]);
    await run("update executions set status = 'completed' where task_id = $1", [task.id]);
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 1, written: 0 });
    expect(await fixture.executions(task.id)).toHaveLength(1);
  });

  it("fires each of many once, with several sweeps side by side", async () => {
    const tasks = [];
    for (let n = 0; n < 60; n += 1) tasks.push(await fixture.newTask({ schedule: everyMinute }));
    const ids = tasks.map(({ id }) => id);
    await run("update task_schedules set next_run_at = now() where task_id = any($1::uuid[])", [ids]);
    const sweepers = Array.from({ length: 4 }, async () => {
      let taken = 0;
      for (;;) {
        const result = await sweepOnce(fixture.core, { limit: 7 });
        taken += result.taken;
        if (result.taken === 0) return taken;
      }
    });
    const totals = await Promise.all(sweepers);
    expect(totals.reduce((sum, taken) => sum + taken, 0)).toBe(60);
    const { rows } = await run(
      "select count(*) as n, count(distinct task_id) as tasks from executions where task_id = any($1::uuid[])",
      [ids],
    );
    expect(rows).toEqual([{ n: 60, tasks: 60 }]);
  });
});

describe("what did not happen", () => {
  it("records a tick that meets an execution under way", async () => {
    const task = await fixture.newTask({ schedule: daily });
    await fixture.tenant((tx) => triggerTask(fixture.core, tx, task.id, origin));
    await fixture.makeDue(task.id);
    await sweepOnce(fixture.core);
    const [skipped] = await fixture.executions(task.id);
    expect(skipped).toMatchObject({
      status: "skipped",
      trigger: "schedule",
      reasonCode: "overlap",
      outcome: "none",
    });
    expect(await fixture.read(task.id)).toMatchObject({ state: "active", nextRunAt: task.nextRunAt });
  });

  it("records a stretch of missed ticks as one row beside the run that makes up for them", async () => {
    const task = await fixture.newTask({ schedule: everyMinute });
    await run(
      "update task_schedules set next_run_at = date_trunc('minute', now()) - interval '10 minutes' where task_id = $1",
      [task.id],
    );
    await sweepOnce(fixture.core);
    const [queued, missed, ...others] = await fixture.executions(task.id);
    expect(others).toEqual([]);
    expect(queued).toMatchObject({ status: "queued", trigger: "schedule" });
    expect(missed).toMatchObject({ status: "skipped", reasonCode: "missed", missedCount: 10 });
    expect(missed?.missedFirstAt).toEqual(missed?.scheduledFor);
  });

  it("ends a one-time task whose run was skipped", async () => {
    const task = await fixture.newTask({
      schedule: { kind: "once", timezone: "UTC", at: "2099-01-01T00:00" },
    });
    await run(
      `update task_schedules set rule = '{"kind":"once","timezone":"UTC","at":"2020-01-01T00:00"}',
        next_run_at = '2020-01-01T00:00Z' where task_id = $1`,
      [task.id],
    );
    await sweepOnce(fixture.core);
    const [skipped] = await fixture.executions(task.id);
    expect(skipped).toMatchObject({ status: "skipped", reasonCode: "missed" });
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "ended", nextRunAt: null, lastExecutionId: skipped?.id },
      stateReason: { code: "schedule_finished" },
    });
  });

  it("pauses a task whose rule cannot be computed, by itself, and says so", async () => {
    const healthy = await fixture.newTask({ schedule: daily });
    const sick = await fixture.newTask({ schedule: daily });
    await run(`update task_schedules set rule = '{"kind":"weekly"}' where task_id = $1`, [sick.id]);
    await fixture.makeDue(healthy.id);
    await fixture.makeDue(sick.id, 5);
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 2, written: 1 });
    expect(await fixture.executions(healthy.id)).toHaveLength(1);
    expect(await fixture.executions(sick.id)).toEqual([]);
    expect(await fixture.read(healthy.id)).toMatchObject({ state: "active" });
    expect(await fixture.read(sick.id)).toMatchObject({
      ...{ state: "paused", nextRunAt: null },
      stateReason: { code: "schedule_failed" },
    });
    const { rows } = await run("select kind, workspace_id from notifications where target_id = $1", [
      sick.id,
    ]);
    expect(rows).toEqual([{ kind: "task.schedule_failed", workspace_id: fixture.workspaceId }]);
  });
});

it("holds off a trigger while it fires the task", async () => {
  const task = await fixture.newTask({ schedule: daily });
  await fixture.makeDue(task.id);
  const held = holdAfter(fixture.core, "count_active_executions");
  const sweep = sweepOnce(held.core);
  await held.reached;
  const trigger = fixture.tenant((tx) => triggerTask(fixture.core, tx, task.id, origin));
  const refused = expect(trigger).rejects.toMatchObject({ code: "execution_in_progress" });
  // Only the superuser sees what others wait for.
  const admin = new pg.Client({ connectionString: fixture.core.url });
  await admin.connect();
  await until("the trigger to wait for the sweep", async () => {
    const { rowCount } = await admin.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rowCount === 1;
  }).finally(() => admin.end());
  held.release();
  await sweep;
  await refused;
  expect(await fixture.executions(task.id)).toHaveLength(1);
});

it("runs as a service: sleeps until the time, hears of new tasks, and stops", async () => {
  const stop = await startServices(createSweep(fixture.core), createReconciler(fixture.core));
  try {
    const { rows } = await fixture.core.db.autocommit.query<{ due: Date }>({
      text: "select date_trunc('second', clock_timestamp() + interval '2 seconds') as due",
    });
    const due = rows[0]?.due ?? new Date(0);
    const at = due.toISOString().slice(0, 19);
    const task = await fixture.newTask({ schedule: { kind: "once", timezone: "UTC", at } });
    const fired = await until("the task's execution", async () => (await fixture.executions(task.id))[0]);
    expect(fired).toMatchObject({ status: "queued", scheduledFor: due });
    expect(fired.queuedAt.getTime()).toBeGreaterThanOrEqual(due.getTime());
  } finally {
    await stop();
  }
});

it("works through a backlog of several batches, and goes on after a failure", async () => {
  const { rows } = await run(
    `with t as (insert into tasks (workspace_id, id, name, description, schedule)
        select $1, uuidv7(), 'n', 'd', $2::jsonb from generate_series(1, 1600) returning workspace_id, id)
      insert into task_schedules (workspace_id, task_id, max_time_seconds, rule, anchor_at, next_run_at)
        select workspace_id, id, 900, $2::json, now(), now() from t returning task_id`,
    [fixture.workspaceId, JSON.stringify(daily)],
  );
  const ids = rows.map(({ task_id }) => task_id);
  let failed = false;
  const { core } = fixture;
  const failing: Core = {
    ...core,
    db: {
      ...core.db,
      system: (work) => {
        if (failed) return core.db.system(work);
        failed = true;
        return Promise.reject(new Error("the database was away"));
      },
    },
  };
  const stop = await startServices(createSweep(failing));
  try {
    await until("all executions", async () => {
      const counted = await run(
        "select count(*) as n, count(distinct task_id) as tasks from executions where task_id = any($1::uuid[])",
        [ids],
      );
      expect(counted.rows[0]?.n).toBe(counted.rows[0]?.tasks);
      return counted.rows[0]?.n === 1_600;
    });
  } finally {
    await stop();
  }
  expect(failed).toBe(true);
});

describe("reconciling", () => {
  it("arms what is active and has no next run", async () => {
    const lost = await fixture.newTask({ schedule: daily });
    await run("update task_schedules set next_run_at = null where task_id = $1", [lost.id]);
    await reconcileSchedules(fixture.core);
    expect((await fixture.read(lost.id)).nextRunAt).toEqual(lost.nextRunAt);
  });

  it("leaves alone what is paused and what is on its last run, and ends or pauses the rest", async () => {
    const at = { kind: "once", timezone: "UTC", at: "2099-01-01T00:00" } as const;
    const [paused, underWay, over, sick] = [
      await fixture.newTask({ schedule: daily }),
      await fixture.newTask({ schedule: at }),
      await fixture.newTask({ schedule: at }),
      await fixture.newTask({ schedule: daily }),
    ];
    await run("update task_schedules set next_run_at = null where task_id = any($1::uuid[])", [
      [paused.id, underWay.id, over.id, sick.id],
    ]);
    await run("update tasks set state = 'paused' where id = $1", [paused.id]);
    await run(
      `update task_schedules set rule = '{"kind":"once","timezone":"UTC","at":"2020-01-01T00:00"}' where task_id = any($1::uuid[])`,
      [[underWay.id, over.id]],
    );
    await run(`update task_schedules set rule = 'null' where task_id = $1`, [sick.id]);
    await fixture.tenant((tx) => triggerTask(fixture.core, tx, underWay.id, origin));
    await reconcileSchedules(fixture.core);
    expect(await fixture.read(paused.id)).toMatchObject({ state: "paused", nextRunAt: null });
    expect(await fixture.read(underWay.id)).toMatchObject({ state: "active", nextRunAt: null });
    expect(await fixture.read(over.id)).toMatchObject({ state: "ended", nextRunAt: null });
    expect(await fixture.read(sick.id)).toMatchObject({
      ...{ state: "paused", nextRunAt: null },
      stateReason: { code: "schedule_failed" },
    });
  });
});
