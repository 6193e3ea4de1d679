import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTaskFixture, daily, everyMinute, type TaskFixture, taskPath } from "../../test/tasks.ts";
import type { TenantTx, Tx } from "../db/index.ts";
import { endInTransaction } from "../engine/ending.ts";
import { type Core, cancelExecutions, type Execution } from "../engine/index.ts";
import { cancelTask, triggerTask } from "./control.ts";
import { releaseForgotten } from "./reconcile.ts";
import { sweepOnce } from "./sweep.ts";
import type { TaskPolicies } from "./task.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());
beforeEach(() => run("update task_schedules set next_run_at = null where next_run_at is not null"));

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const origin = { caller: null, requestId: null };
const usage = { iterations: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: "0" };
const trigger = (taskId: string, core: Core = fixture.core) =>
  core.db.tenant(fixture.workspaceId, (tx) => triggerTask(core, tx, taskId, origin));

/** Lets a task's schedule fire at its next time, whichever that is by now. */
async function fire(taskId: string, core: Core = fixture.core): Promise<void> {
  await fixture.makeDue(taskId);
  await sweepOnce(core);
}

/** A task of which one execution is running. */
async function newBusyTask(policies: TaskPolicies): Promise<{ taskId: string; running: string }> {
  const { id: taskId } = await fixture.newTask({ schedule: daily, policies });
  await fire(taskId);
  const [first] = await fixture.executions(taskId);
  await begin(first?.id ?? "");
  return { taskId, running: first?.id ?? "" };
}

async function begin(id: string): Promise<void> {
  const { rowCount } = await run(
    "update executions set status = 'running', attempt = 1, started_at = now() where id = $1 and status = 'queued'",
    [id],
  );
  expect(rowCount).toBe(1);
}

function end(id: string, status: "completed" | "failed" = "completed", core: Core = fixture.core) {
  const { workspaceId } = fixture;
  const reason = { code: "model_failed", message: "The model was down." };
  const result = { status, outcome: "none" as const, ...(status === "failed" ? { reason } : {}) };
  return endInTransaction(core, { workspaceId, id, attempt: 1, result, usage });
}

/** Newest first. */
async function statuses(taskId: string): Promise<readonly string[]> {
  return (await fixture.executions(taskId)).map(({ status }) => status);
}

/** A core whose transactions stop after the named statement until they are let go. */
function holdAfter(statement: string) {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const hold = <T extends Tx>(tx: T): T => ({
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
  const { core } = fixture;
  const held: Core = {
    ...core,
    db: {
      ...core.db,
      system: (work) => core.db.system((tx) => work(hold(tx))),
      tenant: (id, work) => core.db.tenant(id, (tx: TenantTx) => work(hold(tx))),
    },
  };
  return { core: held, reached: reached.promise, release: () => release.resolve() };
}

describe("queue_one", () => {
  it("lets one tick wait for the run before it, shows it, and skips the next", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
    await fire(taskId);
    const [waiting] = await fixture.executions(taskId);
    expect(waiting).toMatchObject({
      ...{ status: "waiting", waitingFor: null, afterPrevious: true, startedAt: null, completedAt: null },
      reasonCode: "after_previous",
    });
    await fixture.makeDue(taskId, 2);
    await sweepOnce(fixture.core);
    expect((await fixture.executions(taskId))[0]).toMatchObject({ status: "skipped", reasonCode: "overlap" });
    await end(running);
    const released = (await fixture.executions(taskId)).find(({ id }) => id === waiting?.id);
    expect(released).toMatchObject({ status: "queued", afterPrevious: false, reasonCode: null });
  });

  it.each([
    ["fails", (id: string) => end(id, "failed")],
    [
      "is cancelled",
      (id: string) =>
        fixture.tenant((tx) =>
          cancelExecutions(fixture.core, tx, { ids: [id] }, { code: "canceled", message: "By hand." }),
        ),
    ],
  ])("goes on when the run before it %s", async (_how, stop) => {
    const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
    await fire(taskId);
    await stop(running);
    expect((await statuses(taskId))[0]).toBe("queued");
  });

  it("loses no tick to a run that ends while the sweep decides", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
    const held = holdAfter("count_active_executions");
    const sweep = fire(taskId, held.core);
    await held.reached;
    const ending = end(running);
    held.release();
    await Promise.all([sweep, ending]);
    expect(await statuses(taskId)).toEqual(["queued", "completed"]);
  });

  it("loses none to a run whose end the sweep meets", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
    await fixture.makeDue(taskId);
    const held = holdAfter("update_last_run");
    const ending = end(running, "completed", held.core);
    await held.reached;
    // Its schedule is locked by the end, so that no sweep decides on what is about to change.
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 0 });
    held.release();
    await ending;
    await sweepOnce(fixture.core);
    expect(await statuses(taskId)).toEqual(["queued", "completed"]);
  });

  it("is cancelled with its task, and by itself without the run before it", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
    await fire(taskId);
    const [waiting] = await fixture.executions(taskId);
    const reason = { code: "canceled", message: "By hand." };
    await fixture.tenant((tx) => cancelExecutions(fixture.core, tx, { ids: [waiting?.id ?? ""] }, reason));
    expect(await statuses(taskId)).toEqual(["canceled", "running"]);
    await trigger(taskId);
    await fixture.tenant((tx) => cancelTask(fixture.core, tx, taskId, origin));
    expect(await statuses(taskId)).toEqual(["canceled", "canceled", "canceled"]);
    expect(await end(running)).toBe(false);
  });

  it("queues one of two triggers that meet, and refuses the other", async () => {
    const { taskId } = await newBusyTask({ overlap: "queue_one" });
    const results = await Promise.allSettled([trigger(taskId), trigger(taskId)]);
    const made = results.filter(({ status }) => status === "fulfilled");
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(made).toHaveLength(1);
    expect(refused).toMatchObject([{ code: "execution_in_progress" }]);
    expect(await statuses(taskId)).toEqual(["waiting", "running"]);
    expect((await fixture.read(taskId)).nextRunAt).not.toBeNull();
  });

  it("is let go by the reconciler when its policy went away meanwhile", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
    await fire(taskId);
    await run("update tasks set policies = '{}' where id = $1", [taskId]);
    await end(running);
    expect(await statuses(taskId)).toEqual(["waiting", "completed"]);
    expect(await releaseForgotten(fixture.core)).toBe(1);
    expect(await statuses(taskId)).toEqual(["queued", "completed"]);
    expect(await releaseForgotten(fixture.core)).toBe(0);
  });
});

describe("cancel_previous", () => {
  it("cancels what is under way in the sweep's transaction", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "cancel_previous" });
    const held = holdAfter("set_next_runs");
    const sweep = fire(taskId, held.core);
    await held.reached;
    expect(await statuses(taskId)).toEqual(["running"]);
    held.release();
    await sweep;
    const [next, former] = await fixture.executions(taskId);
    expect(next).toMatchObject({ status: "queued", trigger: "schedule" });
    expect(former).toMatchObject({ id: running, status: "canceled", reasonCode: "overlap" });
    expect(await fixture.read(taskId)).toMatchObject({ state: "active", consecutiveFailures: 0 });
  });

  it("is right whoever is first, the sweep or the end of the run", async () => {
    const { taskId, running } = await newBusyTask({ overlap: "cancel_previous" });
    const held = holdAfter("count_active_executions");
    const sweep = fire(taskId, held.core);
    await held.reached;
    const ended = end(running);
    held.release();
    await sweep;
    expect(await ended).toBe(false);
    expect(await statuses(taskId)).toEqual(["queued", "canceled"]);
  });

  it("holds for triggers", async () => {
    const { taskId } = await newBusyTask({ overlap: "cancel_previous" });
    const { nextRunAt } = await fixture.read(taskId);
    await trigger(taskId);
    expect(await statuses(taskId)).toEqual(["queued", "canceled"]);
    expect((await fixture.read(taskId)).nextRunAt).toEqual(nextRunAt);
  });

  it("skips the tick if the run cannot be cancelled, and the others of the batch are fired", async () => {
    const { taskId } = await newBusyTask({ overlap: "cancel_previous" });
    const other = await fixture.newTask({ schedule: daily });
    await fixture.makeDue(taskId);
    await fixture.makeDue(other.id, 5);
    const { core } = fixture;
    const failing: Core = {
      ...core,
      db: {
        ...core.db,
        system: (work) =>
          core.db.system((tx) =>
            work({
              ...tx,
              query: (sent) =>
                sent.text.includes("status = 'canceled'") ? tx.query({ text: "select 1/0" }) : tx.query(sent),
            }),
          ),
      },
    };
    expect(await sweepOnce(failing)).toMatchObject({ taken: 2, written: 2 });
    expect((await fixture.executions(taskId))[0]).toMatchObject({ status: "skipped", reasonCode: "overlap" });
    expect(await statuses(taskId)).toEqual(["skipped", "running"]);
    expect(await statuses(other.id)).toEqual(["queued"]);
  });
});

it("a tick over an audience that cannot begin is skipped, and the others of the batch are fired", async () => {
  const audience = { filter: { tag: "trial" }, maxContactsPerRun: 10, pacePerMinute: null };
  const { id } = await fixture.newTask({ schedule: daily, audience });
  const other = await fixture.newTask({ schedule: daily });
  await fixture.makeDue(id);
  await fixture.makeDue(other.id, 5);
  const { core } = fixture;
  const failing: Core = {
    ...core,
    jobs: { send: () => Promise.reject(new Error("the queue was away")) },
  };
  await sweepOnce(failing);
  expect(await fixture.executions(id)).toMatchObject([{ status: "skipped", reasonCode: "audience_failed" }]);
  expect(await statuses(other.id)).toEqual(["queued"]);
  await fixture.makeDue(id, 2);
  await sweepOnce(core);
  const { rows } = await run("select trigger from task_walks where task_id = $1", [id]);
  expect(rows).toEqual([{ trigger: "schedule" }]);
});

it("a cancel that meets the end of a run waits for it and changes nothing", async () => {
  const { taskId, running } = await newBusyTask({});
  const held = holdAfter("end_executions");
  const ending = end(running, "completed", held.core);
  await held.reached;
  const canceling = fixture.tenant((tx) => cancelTask(fixture.core, tx, taskId, origin));
  held.release();
  expect(await ending).toBe(true);
  await canceling;
  expect(await fixture.executions(taskId)).toMatchObject([{ status: "completed", reasonCode: null }]);
});

it("allow runs side by side", async () => {
  const { taskId } = await newBusyTask({ overlap: "allow" });
  await fire(taskId);
  await trigger(taskId);
  expect(await statuses(taskId)).toEqual(["queued", "queued", "running"]);
});

it("run_all makes up for missed ticks one after another, oldest first", async () => {
  const { id } = await fixture.newTask({ schedule: everyMinute, policies: { misfire: "run_all" } });
  await run(
    "update task_schedules set next_run_at = date_trunc('minute', now()) - interval '3 minutes' where task_id = $1",
    [id],
  );
  await sweepOnce(fixture.core);
  const order = (await fixture.executions(id)).toReversed();
  expect(order.map(({ status }) => status)).toEqual(["queued", "waiting", "waiting", "waiting"]);
  const times = order.map(({ scheduledFor }) => scheduledFor?.getTime() ?? 0);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const [at, { id: next }] of order.entries()) {
    await begin(next);
    await end(next);
    const left = (await fixture.executions(id)).filter(({ status }) => status !== "completed");
    expect(left.filter(({ status }) => status === "queued")).toHaveLength(at === 3 ? 0 : 1);
  }
});

describe("bounds of a schedule", () => {
  it("ends after maxRuns, which counts what ran and not what was skipped", async () => {
    const { id } = await fixture.newTask({
      schedule: { kind: "daily", timezone: "UTC", time: "09:00", maxRuns: 2 },
    });
    await fire(id);
    await fixture.makeDue(id, 2);
    await sweepOnce(fixture.core);
    expect(await statuses(id)).toEqual(["skipped", "queued"]);
    expect(await fixture.read(id)).toMatchObject({ state: "active", runsCount: 1 });
    const [, first] = await fixture.executions(id);
    await begin(first?.id ?? "");
    await end(first?.id ?? "");
    await fixture.makeDue(id, 3);
    await sweepOnce(fixture.core);
    expect(await fixture.read(id)).toMatchObject({ state: "active", runsCount: 2, nextRunAt: null });
    const [last] = await fixture.executions(id);
    await begin(last?.id ?? "");
    await end(last?.id ?? "");
    expect(await fixture.read(id)).toMatchObject({
      ...{ state: "ended", stateReason: { code: "schedule_finished" } },
    });
    await trigger(id);
    expect((await statuses(id))[0]).toBe("queued");
  });

  it("waits out the jitter, and the tick stays the tick", async () => {
    const { id } = await fixture.newTask({ schedule: { ...everyMinute, jitterSeconds: 50 } });
    await run("update task_schedules set next_run_at = date_trunc('minute', now()) where task_id = $1", [id]);
    await sweepOnce(fixture.core);
    const [execution] = await fixture.executions(id);
    const { availableAt, scheduledFor } = execution as Execution;
    expect(scheduledFor?.getTime()).toBe(Math.floor((scheduledFor?.getTime() ?? 0) / 60_000) * 60_000);
    const afterTickMs = availableAt.getTime() - (scheduledFor?.getTime() ?? 0);
    const nowAfterTickMs = Date.now() - (scheduledFor?.getTime() ?? 0);
    expect(afterTickMs).toBeLessThan(Math.max(51_000, nowAfterTickMs + 1_000));
    if (execution?.status === "waiting") expect(execution.waitingFor).toBe("time");
  });
});

describe("failures", () => {
  const fail = async (taskId: string) => {
    await fire(taskId);
    const [execution] = await fixture.executions(taskId);
    await begin(execution?.id ?? "");
    return end(execution?.id ?? "", "failed");
  };
  const notices = async (taskId: string) => {
    const { rows } = await run("select kind from notifications where target_id = $1 order by id", [taskId]);
    return rows.map(({ kind }) => kind);
  };

  it("pause after as many as the task says, and the first run that completes again is told of", async () => {
    const policies = { autoPauseAfterFailures: 2 };
    const { id } = await fixture.newTask({ schedule: daily, policies });
    await fail(id);
    expect(await fixture.read(id)).toMatchObject({ state: "active", consecutiveFailures: 1 });
    await fail(id);
    expect(await fixture.read(id)).toMatchObject({ state: "auto_paused", recovering: true });
    expect(await notices(id)).toEqual(["task.auto_paused"]);
    const { status } = await fixture.api.send("POST", `${taskPath(id)}/resume`);
    expect(status).toBe(200);
    expect(await notices(id)).toEqual(["task.auto_paused"]);
    await fire(id);
    const [execution] = await fixture.executions(id);
    await begin(execution?.id ?? "");
    await end(execution?.id ?? "");
    expect(await notices(id)).toEqual(["task.auto_paused", "task.recovered"]);
    expect(await fixture.read(id)).toMatchObject({ state: "active", recovering: false });
  });

  it("pause never with 0", async () => {
    const { id } = await fixture.newTask({ schedule: daily, policies: { autoPauseAfterFailures: 0 } });
    for (let n = 0; n < 6; n += 1) {
      await fixture.makeDue(id, 10 - n);
      await sweepOnce(fixture.core);
      const [execution] = await fixture.executions(id);
      await begin(execution?.id ?? "");
      await end(execution?.id ?? "", "failed");
    }
    expect(await fixture.read(id)).toMatchObject({ state: "active", consecutiveFailures: 6 });
  });
});

it("is decided for a trigger after the end that it meets", async () => {
  const { taskId, running } = await newBusyTask({ overlap: "queue_one" });
  await fire(taskId);
  const held = holdAfter("hold_task_schedule");
  const ending = end(running, "completed", held.core);
  await held.reached;
  const other = trigger(taskId).then(
    () => "made",
    (error: unknown) => (error as { code: string }).code,
  );
  held.release();
  await ending;
  // The trigger came after the end: the waiting one is queued, so this one waits for it.
  expect(await other).toBe("made");
  expect(await statuses(taskId)).toEqual(["waiting", "queued", "completed"]);
});
