import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTaskFixture, daily, type TaskFixture } from "../../test/tasks.ts";
import { newId } from "../base/ids.ts";
import { type Core, createJobs, type JobQueue } from "../engine/index.ts";
import { type Mailer, notificationsModule } from "../notifications/index.ts";
import { reconcileSchedules } from "./reconcile.ts";
import { sweepOnce } from "./sweep.ts";

let fixture: TaskFixture;
let queue: JobQueue;
let ownerId: string;
/** A mail server is configured; nothing runs the jobs. */
const mailer: Mailer = { configured: true, send: async () => undefined, close: () => undefined };

beforeAll(async () => {
  fixture = await createTaskFixture({ jobs: { send: (...job) => queue.jobs.send(...job) } });
  const { core } = fixture;
  const notifications = notificationsModule(core, { mailer, members: { kind: "public" } });
  core.extensions.add(notifications.contributions ?? []);
  queue = createJobs(core);
  await queue.start(notifications.jobs ?? []);
  ownerId = await addOwner();
});
afterAll(async () => {
  await queue.stop();
  await fixture.close();
});
beforeEach(() => run("update task_schedules set next_run_at = null where next_run_at is not null"));

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });

async function addOwner(): Promise<string> {
  const [memberId, userId] = [newId(), newId()];
  await run("insert into auth_users (id, name, email) values ($1, 'Olga', 'olga@example.com')", [userId]);
  await run(
    `insert into members (workspace_id, id, user_id, name, email, role)
      values ($1, $2, $3, 'Olga', 'olga@example.com', 'owner')`,
    [fixture.workspaceId, memberId, userId],
  );
  return memberId;
}

async function newSickTask(): Promise<string> {
  const { id } = await fixture.newTask({ schedule: daily });
  await run(`update task_schedules set rule = '{"kind":"weekly"}' where task_id = $1`, [id]);
  return id;
}

async function notificationsOf(taskId: string): Promise<readonly string[]> {
  const { rows } = await run("select id from notifications where target_id = $1", [taskId]);
  return rows.map(({ id }) => id);
}

/** As the database's owner: neither of the program's roles may read the queue or change rights. */
async function asOwner(text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: fixture.core.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function mailsOf(notificationIds: readonly string[]): Promise<readonly unknown[]> {
  const jobs = await asOwner("select data from pgboss.job where name = 'notifications.email'");
  return jobs.flatMap((job) => {
    const { payload } = (job as { data: { payload: { notificationId: string } } }).data;
    return notificationIds.includes(payload.notificationId) ? [payload] : [];
  });
}

const ways = [
  {
    name: "sweep",
    prepare: (taskId: string) => fixture.makeDue(taskId),
    pass: (core: Core): Promise<unknown> => sweepOnce(core),
  },
  {
    name: "reconciler",
    prepare: (taskId: string) =>
      run("update task_schedules set next_run_at = null where task_id = $1", [taskId]),
    pass: (core: Core): Promise<unknown> => reconcileSchedules(core),
  },
];

describe.each(ways)("a schedule that cannot be computed, met by the $name", ({ prepare, pass }) => {
  /** A task that the pass leaves active with a next run, in the same batch as the sick one. */
  async function newHealthyTask(): Promise<string> {
    const { id } = await fixture.newTask({ schedule: daily });
    await prepare(id);
    return id;
  }

  it("is told to the dashboard and by mail to the owner", async () => {
    const [sick, healthy] = [await newSickTask(), await newHealthyTask()];
    await prepare(sick);
    await pass(fixture.core);
    expect(await fixture.read(sick)).toMatchObject({ state: "paused", nextRunAt: null });
    expect((await fixture.read(healthy)).nextRunAt?.getTime()).toBeGreaterThan(Date.now());
    const ids = await notificationsOf(sick);
    expect(ids).toHaveLength(1);
    expect(await mailsOf(ids)).toEqual([{ notificationId: ids[0], memberId: ownerId }]);
  });

  it("stops nothing else if the mails cannot be queued, and the dashboard still shows it", async () => {
    const [sick, healthy] = [await newSickTask(), await newHealthyTask()];
    await prepare(sick);
    const send: Core["jobs"]["send"] = async (tx) => {
      await tx.query({ text: "select no_such_function()" });
    };
    await pass({ ...fixture.core, jobs: { send } });
    expect(await fixture.read(sick)).toMatchObject({ state: "paused", nextRunAt: null });
    expect((await fixture.read(healthy)).nextRunAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await notificationsOf(sick)).toHaveLength(1);
  });

  it("stops nothing else if not even the notification can be written", async () => {
    const [sick, healthy] = [await newSickTask(), await newHealthyTask()];
    await prepare(sick);
    await asOwner("revoke insert on notifications from errand_system");
    await pass(fixture.core).finally(() => asOwner("grant insert on notifications to errand_system"));
    expect(await fixture.read(sick)).toMatchObject({ state: "paused", nextRunAt: null });
    expect((await fixture.read(healthy)).nextRunAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await notificationsOf(sick)).toEqual([]);
  });
});
