import { afterAll, beforeAll, expect, it } from "vitest";
import { startServices } from "../../test/engine.ts";
import { createTaskFixture, daily, type TaskFixture, taskOf, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { createExpiry, expireTasks } from "./expiry.ts";
import { sweepOnce } from "./sweep.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const later = new Date("2099-01-01T00:00:00Z");

async function newExpired(schedule: typeof daily | null = daily): Promise<string> {
  const { id } = await fixture.newTask({ schedule, expiresAt: later });
  await run("update tasks set expires_at = now() - interval '1 second' where id = $1", [id]);
  await run("update task_schedules set expires_at = now() - interval '1 second' where task_id = $1", [id]);
  return id;
}

it("ends what has expired, with or without a schedule, and leaves the rest", async () => {
  const [scheduled, onDemand] = [await newExpired(), await newExpired(null)];
  const other = await fixture.newTask({ schedule: daily, expiresAt: later });
  expect(await expireTasks(fixture.core)).toBe(2);
  for (const id of [scheduled, onDemand])
    expect(await fixture.read(id)).toMatchObject({
      ...{ state: "ended", nextRunAt: null, stateReason: { code: "expired" } },
    });
  expect(await fixture.read(other.id)).toMatchObject({ state: "active" });
  expect(await expireTasks(fixture.core)).toBe(0);
  expect((await fixture.api.send("POST", `${taskPath(scheduled)}/trigger`)).status).toBe(201);
});

it("is the sweep's to see too: a tick at expiresAt or later does not run", async () => {
  const { id } = await fixture.newTask({ schedule: daily, expiresAt: later });
  await fixture.makeDue(id);
  await run("update task_schedules set expires_at = next_run_at where task_id = $1", [id]);
  await sweepOnce(fixture.core);
  expect(await fixture.executions(id)).toEqual([]);
  expect(await fixture.read(id)).toMatchObject({ state: "ended", stateReason: { code: "expired" } });
});

it("records a run that was due and had not started", async () => {
  const id = await newExpired();
  await fixture.makeDue(id, 5);
  await expireTasks(fixture.core);
  expect(await fixture.executions(id)).toMatchObject([{ status: "skipped", reasonCode: "expired" }]);
});

it("is taken back by a later expiresAt, and resuming alone is refused", async () => {
  const id = await newExpired();
  await expireTasks(fixture.core);
  const path = taskPath(id);
  const refused = await fixture.api.send("POST", `${path}/resume`);
  expect(refused.body).toMatchObject({ code: "task_not_resumable", missing: "expiry" });
  const task = taskOf(await fixture.api.send("PATCH", path, { body: { expiresAt: "2098-01-01T00:00:00Z" } }));
  expect(task).toMatchObject({ state: "active", stateReason: null });
  expect(task.nextRunAt).not.toBeNull();
});

it("runs as a service: at the time, also if it was set just now", async () => {
  const stop = await startServices(createExpiry(fixture.core));
  try {
    const { rows } = await run("select clock_timestamp() + interval '1500 milliseconds' as at");
    const expiresAt = rows[0]?.at as Date;
    const { id } = await fixture.newTask({ expiresAt });
    await until("the end of the task", async () => (await fixture.read(id)).state === "ended");
    expect((await fixture.read(id)).updatedAt.getTime()).toBeGreaterThanOrEqual(expiresAt.getTime());
  } finally {
    await stop();
  }
});

it("does not let one that cannot be ended keep the others from it", async () => {
  const [sick, healthy] = [await newExpired(), await newExpired()];
  const { core } = fixture;
  const failing = {
    ...core,
    db: {
      ...core.db,
      tenant: <T>(workspaceId: string, work: Parameters<typeof core.db.tenant<T>>[1]) =>
        core.db.tenant<T>(workspaceId, (tx) =>
          work({
            ...tx,
            query: (sent) => {
              if (sent.values?.includes(sick) === true) throw new Error("sick");
              return tx.query(sent);
            },
          }),
        ),
    },
  };
  expect(await expireTasks(failing)).toBe(1);
  expect(await fixture.read(healthy)).toMatchObject({ state: "ended" });
  expect(await fixture.read(sick)).toMatchObject({ state: "active" });
});
