import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createTaskFixture,
  daily,
  faultsOf,
  type TaskFixture,
  taskOf,
  taskPath,
  taskUuid,
} from "../../test/tasks.ts";
import { newId, toId } from "../base/ids.ts";

let fixture: TaskFixture;
beforeAll(async () => {
  fixture = await createTaskFixture();
});
afterAll(() => fixture.close());

const minimal = { name: "Check-in", description: "Say hello." };
const post = (body: unknown) => fixture.api.send("POST", "/v1/tasks", { body });

describe("creating and reading", () => {
  it("makes the smallest task, on demand, with every default", async () => {
    const task = taskOf(await post(minimal), 201);
    expect(task).toMatchObject({
      ...minimal,
      ...{ agentId: null, contactId: null, channelId: null, schedule: null, scheduleDescription: null },
      sessionDurationSeconds: 86_400,
      limits: { maxIterations: 1_000, maxTimeSeconds: 900, maxToolCalls: 10_000, maxCostUsd: null },
      ...{ meta: {}, externalId: null, state: "active", stateReason: null, running: 0 },
      ...{ lastExecution: null, lastRunAt: null, nextRunAt: null, demo: false },
    });
    expect(taskOf(await fixture.api.send("GET", `/v1/tasks/${task.id}`))).toEqual(task);
  });

  it("keeps every field", async () => {
    const body = {
      ...minimal,
      agentId: toId("agent", fixture.agentId),
      contactId: toId("contact", fixture.contactId),
      channelId: toId("channel", fixture.channelId),
      schedule: daily,
      sessionDurationSeconds: 0,
      limits: { maxIterations: 10, maxTimeSeconds: 86_400, maxToolCalls: 1, maxCostUsd: "0.000001" },
      meta: { orderId: "A-1" },
      externalId: "crm-1",
    };
    const task = taskOf(await post(body), 201);
    expect(task).toMatchObject({ ...body, scheduleDescription: "Every day at 09:00, Europe/Berlin time" });
    expect(Date.parse(task.nextRunAt ?? "")).toBeGreaterThan(Date.now());
  });

  it("lists newest first with filters", async () => {
    const a = taskOf(await post({ ...minimal, name: "A", externalId: "list-a" }), 201);
    const b = taskOf(await post({ ...minimal, contactId: toId("contact", fixture.contactId) }), 201);
    taskOf(await fixture.api.send("POST", `/v1/tasks/${a.id}/pause`, { body: { note: "later" } }));
    const ids = async (query: string) => {
      const { body } = await fixture.api.send("GET", `/v1/tasks?limit=100&${query}`);
      return (body as { items: { id: string }[] }).items.map(({ id }) => id);
    };
    const all = await ids("");
    expect(all.indexOf(b.id)).toBeLessThan(all.indexOf(a.id));
    expect(await ids("externalId=list-a")).toEqual([a.id]);
    expect(await ids("state=paused")).toEqual([a.id]);
    const ofContact = await ids(`contactId=${toId("contact", fixture.contactId)}`);
    expect(ofContact).toContain(b.id);
    expect(ofContact).not.toContain(a.id);
    expect(await ids(`agentId=${toId("agent", newId())}`)).toEqual([]);
    const first = await fixture.api.send("GET", "/v1/tasks?limit=1");
    const { nextCursor } = first.body as { nextCursor: string };
    const second = await fixture.api.send("GET", `/v1/tasks?limit=1&cursor=${nextCursor}`);
    expect((second.body as { items: { id: string }[] }).items[0]?.id).toBe(all[1]);
  });

  it("finds tasks by a part of name or description in any case, beside every other filter", async () => {
    const contactId = toId("contact", fixture.contactId);
    const plain = taskOf(await post({ name: "Ask for 50% rebate_x", description: "Call." }), 201);
    const full = taskOf(
      await post({
        ...minimal,
        description: "about the REBATE_X",
        contactId,
        externalId: "q-1",
        schedule: daily,
      }),
      201,
    );
    taskOf(await post({ ...minimal, description: "about the rebateyx" }), 201);
    const ids = async (query: Record<string, string>) => {
      const { status, body } = await fixture.api.send("GET", `/v1/tasks?${new URLSearchParams(query)}`);
      expect(status).toBe(200);
      return (body as { items: { id: string }[] }).items.map(({ id }) => id);
    };
    expect(await ids({ q: "Rebate_X" })).toEqual([full.id, plain.id]);
    expect(await ids({ q: "0% r" })).toEqual([plain.id]);
    expect(await ids({ q: "it's" })).toEqual([]);
    const others = {
      ...{ state: "active", contactId, externalId: "q-1", scheduled: "true", hasFailed: "false" },
      ...{ nextRunAfter: new Date().toISOString(), nextRunBefore: "2999-01-01T00:00:00Z" },
    };
    expect(await ids({ q: "rebate_x", ...others })).toEqual([full.id]);
    for (const [filter, other] of Object.entries({
      ...{ state: "paused", contactId: toId("contact", newId()), externalId: "q-2", scheduled: "false" },
      ...{ hasFailed: "true", nextRunAfter: "2999-01-01T00:00:00Z", nextRunBefore: new Date().toISOString() },
      agentId: toId("agent", newId()),
    }))
      expect([filter, await ids({ q: "rebate_x", ...others, [filter]: other })]).toEqual([filter, []]);
    const first = await fixture.api.send("GET", "/v1/tasks?limit=1&q=rebate_x");
    const { nextCursor } = first.body as { nextCursor: string };
    expect(await ids({ q: "rebate_x", cursor: nextCursor })).toEqual([plain.id]);
    const body = { name: "Ask for nothing" };
    taskOf(await fixture.api.send("PATCH", `/v1/tasks/${plain.id}`, { body }));
    expect(await ids({ q: "rebate_x" })).toEqual([full.id]);
    expect((await fixture.api.send("GET", "/v1/tasks?q=%20")).status).toBe(422);
  });

  it("answers 404 to ids that are not there", async () => {
    for (const [method, verb] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["GET", "/executions"],
      ["POST", "/trigger"],
      ["POST", "/cancel"],
      ["POST", "/pause"],
      ["POST", "/resume"],
    ] as const) {
      const body = method === "PATCH" ? { name: "x" } : undefined;
      const received = await fixture.api.send(method, `${taskPath(newId())}${verb}`, { body });
      expect([method, verb, received.status]).toEqual([method, verb, 404]);
    }
  });
});

describe("validation", () => {
  const range = (least: number, most: number) => `must be a whole number between ${least} and ${most}`;

  it.each([
    ["name", { name: " " }, "too_short"],
    ["name", { name: "x".repeat(201) }, "too_long"],
    ["description", { description: "" }, "too_short"],
    ["description", { description: "x".repeat(20_001) }, "too_long"],
    ["agentId", { agentId: toId("contact", newId()) }, "id_invalid"],
    ["agentId", { agentId: toId("agent", newId()) }, "not_found"],
    ["contactId", { contactId: toId("contact", newId()) }, "not_found"],
    ["channelId", { channelId: toId("channel", newId()) }, "not_found"],
    ["meta", { meta: { a: "x".repeat(17_000) } }, "too_large"],
    ["externalId", { externalId: "" }, "too_short"],
    ["surprise", { surprise: 1 }, "unknown_field"],
    ["schedule.kind", { schedule: { kind: "yearly" } }, "not_one_of"],
    ["schedule.timezone", { schedule: { ...daily, timezone: "Berlin" } }, "timezone_unknown"],
    ["schedule.time", { schedule: { ...daily, time: "25:00" } }, "time_invalid"],
    [
      "schedule.at",
      { schedule: { kind: "once", timezone: "UTC", at: "2020-01-01T00:00" } },
      "schedule_in_past",
    ],
    [
      "schedule.at",
      { schedule: { kind: "once", timezone: "UTC", at: "2027-02-30T00:00" } },
      "date_impossible",
    ],
    [
      "schedule.cron",
      { schedule: { kind: "cron", timezone: "UTC", cron: "0 9 31 2 *" } },
      "cron_never_fires",
    ],
    ["schedule.cron", { schedule: { kind: "cron", timezone: "UTC", cron: "soon" } }, "cron_invalid"],
  ])("refuses %s", async (path, fields, code) => {
    const received = await post({ ...minimal, ...fields });
    expect(received.status).toBe(422);
    expect(faultsOf(received)).toEqual({ [path]: code });
  });

  it.each([
    ["maxIterations", 9, range(10, 100_000)],
    ["maxIterations", 100_001, range(10, 100_000)],
    ["maxIterations", 10.5, range(10, 100_000)],
    ["maxTimeSeconds", 899, range(900, 86_400)],
    ["maxTimeSeconds", 86_401, range(900, 86_400)],
    ["maxToolCalls", 0, range(1, 100_000)],
    ["maxToolCalls", 100_001, range(1, 100_000)],
    ["maxCostUsd", "0", "more than 0"],
    ["maxCostUsd", "0.0000001", "more than 0"],
    ["maxCostUsd", "-1", "more than 0"],
    ["maxCostUsd", "1e3", "more than 0"],
  ])("names the range of %s for %s", async (limit, value, words) => {
    const received = await post({ ...minimal, limits: { [limit]: value } });
    expect(received.status).toBe(422);
    const { errors } = received.body as { errors: { path: string; message: string }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path: `limits.${limit}`, message: expect.stringContaining(words) });
  });

  it.each([-1, 2_592_001, 1.5])("names the range of the session duration for %s", async (seconds) => {
    const received = await post({ ...minimal, sessionDurationSeconds: seconds });
    expect(JSON.stringify(received.body)).toContain(range(0, 2_592_000));
  });

  it("reports several faults at once", async () => {
    const received = await post({
      ...minimal,
      agentId: toId("agent", newId()),
      contactId: toId("contact", newId()),
      schedule: { ...daily, timezone: "Nowhere/Land" },
    });
    expect(faultsOf(received)).toEqual({
      agentId: "not_found",
      contactId: "not_found",
      "schedule.timezone": "timezone_unknown",
    });
  });

  it("takes an externalId once", async () => {
    taskOf(await post({ ...minimal, externalId: "twice" }), 201);
    const received = await post({ ...minimal, externalId: "twice" });
    expect(received.status).toBe(409);
    expect(received.body).toMatchObject({ code: "external_id_taken" });
    expect(faultsOf(received)).toEqual({ externalId: "external_id_taken" });
  });
});

describe("agent and channel that nobody named", () => {
  it("refuses without an agent, and without a way to the contact", async () => {
    const other = await createTaskFixture();
    try {
      const contactId = toId("contact", other.contactId);
      const send = (body: unknown) => other.api.send("POST", "/v1/tasks", { body });
      taskOf(await send({ ...minimal, contactId }), 201);
      await other.api.send("POST", "/v1/channels", {
        scope: "admin",
        body: { platform: "web", kind: "page", name: "Second" },
      });
      const unreachable = await send({ ...minimal, contactId });
      expect(unreachable.status).toBe(422);
      expect(unreachable.body).toMatchObject({ code: "channel_required" });
      expect(faultsOf(unreachable)).toEqual({ channelId: "channel_required" });
      taskOf(await send({ ...minimal, contactId, channelId: toId("channel", other.channelId) }), 201);

      const agentPath = `/v1/agents/${toId("agent", other.agentId)}`;
      await other.api.send("PATCH", agentPath, { body: { isDefault: false } });
      const agentless = await send(minimal);
      expect(agentless.status).toBe(422);
      expect(agentless.body).toMatchObject({ code: "agent_required" });
      expect(faultsOf(agentless)).toEqual({ agentId: "agent_required" });
      taskOf(await send({ ...minimal, agentId: toId("agent", other.agentId) }), 201);
    } finally {
      await other.close();
    }
  });
});

describe("changing", () => {
  const patch = (id: string, body: unknown) => fixture.api.send("PATCH", `/v1/tasks/${id}`, { body });

  it("changes what is named and leaves the rest", async () => {
    const task = taskOf(
      await post({ ...minimal, schedule: daily, limits: { maxIterations: 20, maxCostUsd: "1" } }),
      201,
    );
    const changed = taskOf(
      await patch(task.id, { name: "New", limits: { maxCostUsd: null, maxToolCalls: 3 } }),
    );
    const { updatedAt, ...rest } = task;
    expect(changed).toMatchObject({
      ...rest,
      name: "New",
      limits: { maxIterations: 20, maxTimeSeconds: 900, maxToolCalls: 3, maxCostUsd: null },
    });
    expect(Date.parse(changed.updatedAt)).toBeGreaterThanOrEqual(Date.parse(updatedAt));
  });

  it("counts another schedule from now, and none takes the next run away", async () => {
    const task = taskOf(await post({ ...minimal, schedule: daily }), 201);
    const hourly = { kind: "cron", timezone: "UTC", cron: "30 * * * *" };
    const changed = taskOf(await patch(task.id, { schedule: hourly }));
    expect(changed.schedule).toEqual(hourly);
    expect(Date.parse(changed.nextRunAt ?? "") - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(taskOf(await patch(task.id, { schedule: null }))).toMatchObject({
      schedule: null,
      nextRunAt: null,
    });
    expect(taskOf(await patch(task.id, { schedule: daily })).nextRunAt).not.toBeNull();
  });

  it("gives a paused task no next run", async () => {
    const task = taskOf(await post({ ...minimal, schedule: daily }), 201);
    taskOf(await fixture.api.send("POST", `/v1/tasks/${task.id}/pause`));
    const changed = taskOf(await patch(task.id, { schedule: { ...daily, time: "10:00" } }));
    expect(changed).toMatchObject({ state: "paused", nextRunAt: null });
  });

  it("takes a past schedule that is sent back as it was, and refuses another past one", async () => {
    const task = await fixture.newTask({
      schedule: { kind: "once", timezone: "UTC", at: "2099-01-01T00:00" },
    });
    await fixture.core.db.autocommit.query({
      text: `update tasks set schedule = jsonb_set(schedule, '{at}', '"2020-01-01T00:00"') where id = $1`,
      values: [task.id],
    });
    const id = toId("task", task.id);
    const old = { kind: "once", timezone: "UTC", at: "2020-01-01T00:00" };
    taskOf(await patch(id, { schedule: old, name: "Kept" }));
    const received = await patch(id, { schedule: { ...old, at: "2020-01-01T00:01" } });
    expect(faultsOf(received)).toEqual({ "schedule.at": "schedule_in_past" });
  });

  it("refuses what creating refuses", async () => {
    const task = taskOf(await post(minimal), 201);
    const received = await patch(task.id, {
      agentId: toId("agent", newId()),
      channelId: toId("channel", newId()),
    });
    expect(received.status).toBe(422);
    expect(faultsOf(received)).toEqual({ agentId: "not_found", channelId: "not_found" });
  });
});

describe("verbs", () => {
  const verb = (id: string, name: string, body?: unknown) =>
    fixture.api.send("POST", `/v1/tasks/${id}/${name}`, { body });

  it("pauses with a note and resumes from now", async () => {
    const task = taskOf(await post({ ...minimal, schedule: daily }), 201);
    await fixture.makeDue(taskUuid(task), 7_200);
    expect(taskOf(await verb(task.id, "pause", { note: "Holiday" }))).toMatchObject({
      state: "paused",
      stateReason: { code: "paused", message: "Holiday" },
      nextRunAt: null,
    });
    taskOf(await verb(task.id, "pause"));
    const resumed = taskOf(await verb(task.id, "resume"));
    expect(resumed).toMatchObject({ state: "active", stateReason: null, nextRunAt: task.nextRunAt });
    expect(taskOf(await verb(task.id, "resume"))).toEqual(resumed);
  });

  it("refuses to resume what can never run again", async () => {
    const task = await fixture.newTask({
      schedule: { kind: "once", timezone: "UTC", at: "2099-01-01T00:00" },
    });
    const id = toId("task", task.id);
    taskOf(await verb(id, "pause"));
    await fixture.core.db.autocommit.query({
      text: `update tasks set schedule = jsonb_set(schedule, '{at}', '"2020-01-01T00:00"') where id = $1`,
      values: [task.id],
    });
    const received = await verb(id, "resume");
    expect(received.status).toBe(409);
    expect(received.body).toMatchObject({ code: "task_not_resumable", missing: "schedule" });
  });

  it("triggers in every state, one at a time, and leaves the schedule alone", async () => {
    const task = taskOf(await post({ ...minimal, schedule: daily }), 201);
    taskOf(await verb(task.id, "pause"));
    const triggered = await verb(task.id, "trigger");
    expect(triggered.status).toBe(201);
    const execution = triggered.body as { id: string };
    expect(execution).toMatchObject({ kind: "task", taskId: task.id, trigger: "api", status: "queued" });
    const again = await verb(task.id, "trigger");
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: "execution_in_progress", executionId: execution.id });
    expect(taskOf(await fixture.api.send("GET", `/v1/tasks/${task.id}`))).toMatchObject({
      running: 1,
      nextRunAt: null,
    });
    const canceled = taskOf(await verb(task.id, "cancel"));
    expect(canceled).toMatchObject({
      running: 0,
      state: "paused",
      lastExecution: { id: execution.id, status: "canceled" },
      lastRunAt: null,
    });
    expect(taskOf(await verb(task.id, "cancel"))).toEqual(canceled);
    taskOf(await verb(task.id, "resume"));
    expect((await verb(task.id, "trigger")).status).toBe(201);
    const read = taskOf(await fixture.api.send("GET", `/v1/tasks/${task.id}`));
    expect(read.nextRunAt).toBe(task.nextRunAt);
    const { body } = await fixture.api.send("GET", `/v1/tasks/${task.id}/executions`);
    expect((body as { items: { status: string }[] }).items.map(({ status }) => status)).toEqual([
      "queued",
      "canceled",
    ]);
  });

  it("triggers once when asked twice at the same moment", async () => {
    const task = taskOf(await post(minimal), 201);
    const answers = await Promise.all(Array.from({ length: 8 }, () => verb(task.id, "trigger")));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it("deletes a task with its executions and their journals", async () => {
    const task = taskOf(await post({ ...minimal, schedule: daily }), 201);
    await verb(task.id, "trigger");
    const received = await fixture.api.send("DELETE", `/v1/tasks/${task.id}`);
    expect(received.status).toBe(204);
    expect(await fixture.executions(taskUuid(task))).toEqual([]);
    const { rows } = await fixture.core.db.autocommit.query({
      text: "select 1 from task_schedules where task_id = $1",
      values: [taskUuid(task)],
    });
    expect(rows).toEqual([]);
    expect((await fixture.api.send("DELETE", `/v1/tasks/${task.id}`)).status).toBe(404);
  });
});

it("writes changes to the audit log", async () => {
  const task = taskOf(await post({ ...minimal, name: "Audited" }), 201);
  await fixture.api.send("PATCH", `/v1/tasks/${task.id}`, { body: { name: "Renamed" } });
  await fixture.api.send("POST", `/v1/tasks/${task.id}/pause`);
  await fixture.api.send("POST", `/v1/tasks/${task.id}/resume`);
  await fixture.api.send("POST", `/v1/tasks/${task.id}/trigger`);
  await fixture.api.send("POST", `/v1/tasks/${task.id}/cancel`);
  await fixture.api.send("DELETE", `/v1/tasks/${task.id}`);
  const { rows } = await fixture.core.db.autocommit.query<{ action: string; changes: object }>({
    text: "select action, changes from audit_log where target_id = $1 order by id",
    values: [taskUuid(task)],
  });
  expect(rows.map(({ action }) => action)).toEqual([
    "task.create",
    "task.update",
    "task.pause",
    "task.resume",
    "task.trigger",
    "task.cancel",
    "task.delete",
  ]);
  expect(rows[1]?.changes).toEqual({ name: ["Audited", "Renamed"] });
});
