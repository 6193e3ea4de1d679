import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  createTaskFixture,
  daily,
  everyMinute,
  type TaskFixture,
  taskOf,
  taskPath,
} from "../../test/tasks.ts";
import { createAgent, deleteAgent, getAgent } from "../agents/index.ts";
import { createChannel, deleteChannel } from "../channels/index.ts";
import { createContact, deleteContact } from "../contacts/index.ts";
import { type Execution, getExecution } from "../engine/index.ts";
import { afterExecution } from "./after-execution.ts";
import { sweepOnce } from "./sweep.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());
beforeEach(() => run("update task_schedules set next_run_at = null where next_run_at is not null"));

const run = (text: string, values: unknown[] = []) => fixture.core.db.autocommit.query({ text, values });
const origin = { caller: null, requestId: null };
const patch = (taskId: string, body: unknown) => fixture.api.send("PATCH", taskPath(taskId), { body });
const verb = (taskId: string, name: string) => fixture.api.send("POST", `${taskPath(taskId)}/${name}`);

/** A task that runs every minute and has four runs due, which no sweep has come to. */
async function newDueTask(fields: Parameters<TaskFixture["newTask"]>[0] = {}): Promise<string> {
  const { id } = await fixture.newTask({ schedule: everyMinute, ...fields });
  await run(
    "update task_schedules set next_run_at = date_trunc('minute', now()) - interval '3 minutes' where task_id = $1",
    [id],
  );
  return id;
}

async function only(taskId: string): Promise<Execution> {
  const [execution, ...others] = await fixture.executions(taskId);
  expect(others).toEqual([]);
  if (execution === undefined) throw new Error("nothing was recorded");
  return execution;
}

/** Checks that the four due runs are one skipped row with this reason, and that nothing fires them as well. */
async function expectDropped(taskId: string, reasonCode: string): Promise<void> {
  const dropped = await only(taskId);
  expect(dropped).toMatchObject({
    ...{ kind: "task", trigger: "schedule", status: "skipped", outcome: "none" },
    ...{ reasonCode, missedCount: 4, missedFirstAt: dropped.scheduledFor },
  });
  const stretchMs = (dropped.missedLastAt?.getTime() ?? 0) - (dropped.missedFirstAt?.getTime() ?? 0);
  expect(stretchMs).toBe(180_000);
  expect(dropped.reasonMessage).toContain(dropped.missedFirstAt?.toISOString() ?? "no time");
  await sweepOnce(fixture.core);
  await only(taskId);
}

describe("runs that are due and have not been fired are recorded", () => {
  it("when the task is paused, once", async () => {
    const id = await newDueTask();
    taskOf(await verb(id, "pause"));
    taskOf(await verb(id, "pause"));
    await expectDropped(id, "paused");
    expect((await only(id)).reasonMessage).toContain("when the task was paused");
  });

  it.each([
    ["another schedule", daily],
    ["none", null],
  ])("when it gets %s", async (_what, schedule) => {
    const id = await newDueTask();
    const changed = taskOf(await patch(id, { schedule }));
    expect(changed).toMatchObject({ state: "active", schedule });
    await expectDropped(id, "rescheduled");
  });

  it("when failures pause it", async () => {
    const id = await newDueTask();
    await sweepOnce(fixture.core);
    const [fired] = await fixture.executions(id);
    await run("update executions set status = 'failed' where id = $1", [fired?.id]);
    await run("delete from executions where task_id = $1 and status = 'skipped'", [id]);
    await run("update tasks set consecutive_failures = 4 where id = $1", [id]);
    await run("update task_schedules set next_run_at = now() - interval '1 second' where task_id = $1", [id]);
    await fixture.tenant(async (tx) => {
      const failed = await getExecution(tx, fired?.id ?? "");
      if (failed !== undefined) await afterExecution(fixture.core, tx, failed);
    });
    expect(await fixture.read(id)).toMatchObject({ state: "auto_paused", nextRunAt: null });
    const [dropped] = await fixture.executions(id);
    expect(dropped).toMatchObject({ status: "skipped", reasonCode: "paused", missedCount: 1 });
  });

  it("when its contact, its agent or its channel is deleted", async () => {
    const { core } = fixture;
    const made = await fixture.tenant(async (tx) => {
      const contact = await createContact(core, tx, { name: "Ben" }, origin);
      const { modelProviderId = "" } = (await getAgent(tx, fixture.agentId)) ?? {};
      const fields = { name: "Leo", instructions: "x", modelProviderId, model: "m" };
      const agent = await createAgent(tx, fields, origin);
      const channel = await createChannel(core, tx, { platform: "web", kind: "page", name: "Shop" }, origin);
      return { contactId: contact.id, agentId: agent.id, channelId: channel.id };
    });
    const ofContact = await newDueTask({ contactId: made.contactId, channelId: fixture.channelId });
    const ofAgent = await newDueTask({ agentId: made.agentId });
    const ofChannel = await newDueTask({ contactId: fixture.contactId, channelId: made.channelId });
    await fixture.tenant((tx) => deleteContact(core, tx, made.contactId, origin));
    await fixture.tenant((tx) => deleteAgent(core, tx, made.agentId, origin));
    await fixture.tenant((tx) =>
      deleteChannel(core, tx, made.channelId, { withConversations: false }, origin),
    );
    await expectDropped(ofContact, "contact_deleted");
    await expectDropped(ofAgent, "agent_deleted");
    await expectDropped(ofChannel, "channel_deleted");
  });

  it("as missed if they came too late to run at all", async () => {
    const { id } = await fixture.newTask({ schedule: daily });
    await fixture.makeDue(id, 7_200);
    taskOf(await verb(id, "pause"));
    expect(await only(id)).toMatchObject({ status: "skipped", reasonCode: "missed", missedCount: 1 });
  });

  it("also if the schedule cannot be computed, which keeps nobody from setting it right", async () => {
    const { id } = await fixture.newTask({ schedule: daily });
    await run(`update task_schedules set rule = '{"kind":"weekly"}' where task_id = $1`, [id]);
    await run(`update tasks set schedule = '{"kind":"weekly"}' where id = $1`, [id]);
    await fixture.makeDue(id);
    expect(taskOf(await patch(id, { schedule: everyMinute })).nextRunAt).not.toBeNull();
    expect(await only(id)).toMatchObject({ reasonCode: "rescheduled", missedCount: 1 });
  });
});

it("what passes while a task is paused is not missed", async () => {
  const { id } = await fixture.newTask({ schedule: everyMinute });
  taskOf(await verb(id, "pause"));
  await run("update task_schedules set anchor_at = anchor_at - interval '1 day' where task_id = $1", [id]);
  taskOf(await verb(id, "resume"));
  await sweepOnce(fixture.core);
  expect(await fixture.executions(id)).toEqual([]);
});

describe("a task that has ended", () => {
  async function newEndedTask(fields: Parameters<TaskFixture["newTask"]>[0] = {}): Promise<string> {
    const { id } = await fixture.newTask({
      schedule: { kind: "once", timezone: "UTC", at: "2099-01-01T00:00" },
      ...fields,
    });
    await run(
      `update tasks set state = 'ended', state_reason_code = 'schedule_finished', state_reason_message = 'x',
        consecutive_failures = 3 where id = $1`,
      [id],
    );
    await run("update task_schedules set next_run_at = null where task_id = $1", [id]);
    return id;
  }

  it("is active again with another schedule", async () => {
    const id = await newEndedTask();
    const changed = taskOf(await patch(id, { schedule: daily }));
    expect(changed).toMatchObject({ state: "active", stateReason: null });
    expect(Date.parse(changed.nextRunAt ?? "")).toBeGreaterThan(Date.now());
    await fixture.makeDue(id);
    expect(await sweepOnce(fixture.core)).toMatchObject({ taken: 1, written: 1 });
  });

  it("stays as it is with other changes", async () => {
    const id = await newEndedTask();
    expect(taskOf(await patch(id, { name: "Other" }))).toMatchObject({ state: "ended", nextRunAt: null });
    expect(taskOf(await patch(id, { schedule: null }))).toMatchObject({ state: "ended", nextRunAt: null });
  });

  it("refuses a schedule for which it lacks something, and says what", async () => {
    const contact = await fixture.tenant((tx) => createContact(fixture.core, tx, { name: "Cleo" }, origin));
    const id = await newEndedTask({ contactId: contact.id });
    await fixture.tenant((tx) => deleteContact(fixture.core, tx, contact.id, origin));
    const refused = await patch(id, { schedule: daily, name: "Other" });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: "task_not_resumable", missing: "contact" });
    expect(await fixture.read(id)).toMatchObject({ state: "ended", name: "Check-in" });
    expect(taskOf(await patch(id, { schedule: daily, contactId: null }))).toMatchObject({ state: "active" });
  });
});

it("a task whose channel was deleted is not resumed", async () => {
  const channel = await fixture.tenant((tx) =>
    createChannel(fixture.core, tx, { platform: "web", kind: "page", name: "Gone" }, origin),
  );
  const { id } = await fixture.newTask({
    schedule: daily,
    contactId: fixture.contactId,
    channelId: channel.id,
  });
  await fixture.tenant((tx) =>
    deleteChannel(fixture.core, tx, channel.id, { withConversations: false }, origin),
  );
  const refused = await verb(id, "resume");
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: "task_not_resumable", missing: "channel" });
  taskOf(await patch(id, { channelId: null }));
  expect(taskOf(await verb(id, "resume"))).toMatchObject({ state: "active" });
});
