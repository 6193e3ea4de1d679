import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilStatus } from "../../test/engine.ts";
import { daily, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { updateAgent } from "../agents/index.ts";
import { newId, toId } from "../base/ids.ts";
import { updateChannel } from "../channels/index.ts";
import { optIn, optOut } from "../contacts/index.ts";
import { listMessages, receiveMessage } from "../conversations/index.ts";
import { enqueueExecution, listExecutions } from "../engine/index.ts";
import { settleCost } from "../usage/index.ts";
import { freezeWorkspace, unfreezeWorkspace } from "../workspaces/index.ts";
import { createRunFixture, finish, origin, type RunFixture, say } from "./run.test-support.ts";
import { sweepOnce } from "./sweep.ts";

let fixture: RunFixture;
beforeAll(async () => {
  fixture = await createRunFixture();
});
afterAll(() => fixture.close());

const newContact = () => fixture.newContact();
const trigger = (taskId: string) => fixture.trigger(taskId);
const fire = (taskId: string) => fixture.fire(taskId);
const untilEnded = (taskId: string) => fixture.untilEnded(taskId);

async function sessionOf(conversationId: string | null) {
  const { rows } = await fixture.core.db.autocommit.query<{
    seconds: number;
    task_id: string;
    agent_id: string;
  }>({
    text: `select extract(epoch from expires_at - started_at)::int as seconds, task_id, agent_id
      from conversation_sessions where conversation_id = $1 and ended_at is null`,
    values: [conversationId],
  });
  return rows[0];
}

describe("a run", () => {
  it("writes to the contact, opens a session, and is noted at its task", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({
      ...{ contactId: contact.id, sessionDurationSeconds: 3_600, schedule: daily },
      description: "Ask about the first week.",
    });
    fixture.model.play(say("Hello Anna"), finish("Said hello to Anna."));
    const execution = await fire(task.id);
    expect(execution).toMatchObject({
      ...{ status: "completed", outcome: "message_sent", summary: "Said hello to Anna." },
      ...{ agentId: fixture.agentId, contactId: contact.id },
    });
    expect(await sessionOf(execution.conversationId)).toEqual({
      ...{ seconds: 3_600, task_id: task.id, agent_id: fixture.agentId },
    });
    const messages = await fixture.tenant((tx) =>
      listMessages(tx, execution.conversationId ?? "", { limit: 10 }),
    );
    expect(messages.items).toMatchObject([
      {
        direction: "out",
        authorKind: "agent",
        text: "Hello Anna",
        status: "sent",
        executionId: execution.id,
      },
    ]);
    const { body } = await fixture.api.send("GET", taskPath(task.id));
    expect(body).toMatchObject({
      ...{ state: "active", running: 0, lastRunAt: execution.startedAt?.toISOString() },
      lastExecution: {
        ...{ id: toId("execution", execution.id), status: "completed", outcome: "message_sent" },
        ...{ completedAt: execution.completedAt?.toISOString(), summary: "Said hello to Anna." },
      },
    });
    const prompt = JSON.stringify(fixture.model.calls.at(-1)?.messages);
    expect(prompt).toContain("Ask about the first week.");
    expect(prompt).toContain("Europe/Berlin");

    fixture.model.play(finish("Nothing new.", "no_action_needed"));
    await trigger(task.id);
    const second = JSON.stringify(fixture.model.calls.at(-1)?.messages);
    expect(second).toContain("Said hello to Anna.");
    expect(second).toContain("Hello Anna");
  });

  it("does without a contact", async () => {
    const task = await fixture.newTask();
    fixture.model.play(finish("All quiet.", "no_action_needed"));
    expect(await trigger(task.id)).toMatchObject({ status: "completed", outcome: "no_action_needed" });
    const tools = fixture.model.calls.at(-1)?.tools.map(({ name }) => name);
    expect(tools).not.toContain("send_message");
  });

  it("is told what the former one came to, also why it failed, and nothing of one that was skipped", async () => {
    const task = await fixture.newTask({ schedule: daily });
    fixture.model.play(finish("All quiet.", "no_action_needed"));
    await trigger(task.id);
    fixture.model.play({ fail: new Error("No such model.") });
    const failed = await trigger(task.id);
    expect(failed).toMatchObject({ status: "failed" });
    await fixture.tenant((tx) =>
      enqueueExecution(fixture.core, tx, {
        ...{ kind: "task", lane: "scheduled", trigger: "schedule", taskId: task.id },
        skipped: { code: "missed", message: "Nobody came." },
      }),
    );
    fixture.model.play(finish("Well again.", "no_action_needed"));
    await trigger(task.id);
    const prompt = JSON.stringify(fixture.model.calls.at(-1)?.messages);
    expect(prompt).toContain(`It failed: ${failed.reasonMessage}`);
    expect(prompt).not.toContain("Nobody came.");
  });

  it("gives replies within the session the task's description", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id, description: "Offer the spring discount." });
    fixture.model.play(say("Hello"), finish("Offered it."));
    const opened = await trigger(task.id);
    const calls = fixture.model.calls.length;
    fixture.model.play({ text: "You are welcome." });
    const written = { contactId: contact.id, channelId: fixture.channelId, text: "Thanks" };
    await fixture.tenant((tx) => receiveMessage(fixture.core, tx, { ...written, clientMessageId: newId() }));
    const reply = await until("the reply", async () => {
      const { conversationId } = opened;
      const filter = { kind: "reply", conversationId: conversationId ?? "" };
      return (await fixture.tenant((tx) => listExecutions(tx, filter, { limit: 1 }))).items[0];
    });
    // The burst's 2 s pass first; moving the row's time spares the wait.
    await fixture.core.db.autocommit.query({
      text: "update executions set available_at = now(), status = 'queued', waiting_for = null where id = $1 and status = 'waiting'",
      values: [reply.id],
    });
    await untilStatus(fixture.core, fixture.workspaceId, reply.id, "completed");
    expect(JSON.stringify(fixture.model.calls[calls]?.messages)).toContain("Offer the spring discount.");
  });
});

describe("what becomes of the task", () => {
  it("ends after its one run and remains", async () => {
    const task = await fixture.newTask({
      schedule: { kind: "once", timezone: "UTC", at: "2099-01-01T00:00" },
    });
    await fixture.core.db.autocommit.query({
      text: `with t as (update tasks set schedule = schedule || '{"at":"2020-01-01T00:00"}' where id = $1)
        update task_schedules set rule = '{"kind":"once","timezone":"UTC","at":"2020-01-01T00:00"}' where task_id = $1`,
      values: [task.id],
    });
    fixture.model.play(finish("Done.", "no_action_needed"));
    expect(await fire(task.id)).toMatchObject({ status: "completed" });
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "ended", nextRunAt: null, stateReason: { code: "schedule_finished" } },
    });
    fixture.model.play(finish("Again.", "no_action_needed"));
    expect(await trigger(task.id)).toMatchObject({ status: "completed", summary: "Again." });
  });

  it("pauses after five scheduled failures in a row, not for those by hand", async () => {
    const task = await fixture.newTask({ schedule: daily });
    const fail = { fail: new Error("No such model.") };
    const fires = async () => {
      fixture.model.play(fail);
      expect(await fire(task.id)).toMatchObject({ status: "failed" });
    };
    for (let n = 0; n < 4; n += 1) await fires();
    fixture.model.play(fail, fail);
    expect(await trigger(task.id)).toMatchObject({ status: "failed" });
    expect(await trigger(task.id)).toMatchObject({ status: "failed" });
    expect(await fixture.read(task.id)).toMatchObject({ state: "active", consecutiveFailures: 4 });
    await fires();
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "auto_paused", nextRunAt: null, stateReason: { code: "failures" } },
    });
    const { rows } = await fixture.core.db.autocommit.query({
      text: "select kind, severity from notifications where target_id = $1",
      values: [task.id],
    });
    expect(rows).toEqual([{ kind: "task.auto_paused", severity: "error" }]);
    const resumed = await fixture.api.send("POST", `${taskPath(task.id)}/resume`);
    expect(resumed.body).toMatchObject({ state: "active", nextRunAt: task.nextRunAt?.toISOString() });
    expect((await fixture.read(task.id)).consecutiveFailures).toBe(0);
  });

  it("skips while its agent is disabled", async () => {
    const task = await fixture.newTask();
    const set = (enabled: boolean) =>
      fixture.tenant((tx) => updateAgent(fixture.core, tx, fixture.agentId, { enabled }, origin));
    await set(false);
    try {
      expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "agent_disabled" });
    } finally {
      await set(true);
    }
    expect(await fixture.read(task.id)).toMatchObject({ state: "active" });
  });

  it("works within its agent's limits where it has none of its own", async () => {
    const task = await fixture.newTask({ limits: { maxToolCalls: 7 } });
    const set = (limits: { maxIterations: number | null; maxToolCalls: number | null }) =>
      fixture.tenant((tx) => updateAgent(fixture.core, tx, fixture.agentId, { limits }, origin));
    await set({ maxIterations: 12, maxToolCalls: 8 });
    try {
      await trigger(task.id);
    } finally {
      await set({ maxIterations: null, maxToolCalls: null });
    }
    const prompt = JSON.stringify(fixture.model.calls.at(-1)?.messages);
    expect(prompt).toContain("at most 12 model calls, 7 tool calls");
  });

  it("skips without a model call while it could not write: workspace frozen, channel disabled", async () => {
    const contact = await newContact();
    const { channelId } = fixture;
    const task = await fixture.newTask({ contactId: contact.id, channelId, whenBlocked: "drop" });
    const { length: calls } = fixture.model.calls;
    await fixture.core.db.autocommit.query({
      text: "update workspaces set frozen_at = now() where id = $1",
      values: [fixture.workspaceId],
    });
    try {
      expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "workspace_frozen" });
    } finally {
      await fixture.tenant((tx) => unfreezeWorkspace(fixture.core, tx, origin));
    }
    const set = (status: "connected" | "disabled") =>
      fixture.tenant((tx) => updateChannel(fixture.core, tx, channelId, { status }, origin));
    await set("disabled");
    try {
      expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "channel_disabled" });
    } finally {
      await set("connected");
    }
    expect(fixture.model.calls).toHaveLength(calls);
  });

  it("skips without a model call while a person leads the conversation, if it is not to hold", async () => {
    const contact = await newContact();
    const { channelId } = fixture;
    const writeFirst = await fixture.newTask({ contactId: contact.id, channelId });
    fixture.model.play(say("Hello"), finish("Wrote."));
    const { conversationId } = await trigger(writeFirst.id);
    const lead = (controller: "agent" | "human") =>
      fixture.core.db.autocommit.query({
        text: "update conversations set controller = $2 where id = $1",
        values: [conversationId, controller],
      });
    await lead("human");
    const { length: calls } = fixture.model.calls;
    const place = { contactId: contact.id, channelId, whenBlocked: "drop" } as const;
    const task = await fixture.newTask(place);
    const afresh = await fixture.newTask({ ...place, sessionDurationSeconds: 0 });
    for (const { id } of [task, afresh])
      expect(await trigger(id)).toMatchObject({ status: "skipped", reasonCode: "human_in_control" });
    expect(fixture.model.calls).toHaveLength(calls);
    fixture.model.play(say("Later"), finish("Wrote."));
    expect(await trigger(writeFirst.id)).toMatchObject({ status: "completed", reasonCode: "message_held" });
    await lead("agent");
    fixture.model.play(say("Hello again"), finish("Wrote."));
    expect(await trigger(task.id)).toMatchObject({ status: "completed", outcome: "message_sent" });
  });

  it("skips without a model call while its contact does not want messages", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    await fixture.tenant((tx) => optOut(fixture.core, tx, contact.id, "api", origin));
    const { length: calls } = fixture.model.calls;
    expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "contact_opted_out" });
    expect(fixture.model.calls).toHaveLength(calls);
    await fixture.tenant((tx) => optIn(fixture.core, tx, contact.id, origin));
    fixture.model.play(say("Hello"), finish("Wrote."));
    expect(await trigger(task.id)).toMatchObject({ status: "completed", outcome: "message_sent" });
  });

  it("holds what it says while the workspace is frozen, and a cancel withdraws it", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id, purpose: "marketing" });
    await fixture.core.db.autocommit.query({
      text: "update workspaces set frozen_at = now() where id = $1",
      values: [fixture.workspaceId],
    });
    try {
      fixture.model.play(say("When you have a minute"), finish("Wrote."));
      const execution = await trigger(task.id);
      expect(execution).toMatchObject({
        ...{ status: "completed", outcome: "none", reasonCode: "message_held" },
        reasonMessage: expect.stringContaining("The workspace is frozen"),
      });
      expect(JSON.stringify(fixture.model.calls.at(-1)?.messages.at(-1))).toContain('"status":"held"');
      const read = () =>
        fixture.tenant((tx) => listMessages(tx, execution.conversationId ?? "", { limit: 10 }));
      expect((await read()).items).toMatchObject([{ status: "held", purpose: "marketing" }]);
      expect(await sessionOf(execution.conversationId)).toBeUndefined();
      expect((await fixture.api.send("POST", `${taskPath(task.id)}/cancel`)).status).toBe(200);
      expect((await read()).items).toMatchObject([{ status: "withdrawn" }]);
    } finally {
      await fixture.tenant((tx) => unfreezeWorkspace(fixture.core, tx, origin));
    }
  });

  it("stops a model call in flight when the next run cancels its own", async () => {
    const task = await fixture.newTask({ schedule: daily, policies: { overlap: "cancel_previous" } });
    fixture.model.play({ hang: true }, finish("Second.", "no_action_needed"));
    const calls = fixture.model.calls.length;
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(calls + 1);
    await fixture.makeDue(task.id);
    const began = performance.now();
    await sweepOnce(fixture.core);
    await until("the call's abort", () => fixture.model.calls[calls]?.signal.aborted);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await untilEnded(task.id)).toMatchObject({ status: "completed", summary: "Second." });
    const statuses = (await fixture.executions(task.id)).map(({ status }) => status);
    expect(statuses).toEqual(["completed", "canceled"]);
  });

  it("runs what waited for it when it ends", async () => {
    const task = await fixture.newTask({ policies: { overlap: "queue_one" } });
    const gate = fixture.model.calls.length;
    fixture.model.play({ hang: true }, finish("Second.", "no_action_needed"));
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(gate + 1);
    const waiting = await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    expect(waiting.body).toMatchObject({ status: "waiting", reason: { code: "after_previous" } });
    const [, first] = await fixture.executions(task.id);
    await fixture.api.send("POST", `/v1/executions/${toId("execution", first?.id ?? "")}/cancel`);
    expect(await untilEnded(task.id)).toMatchObject({ status: "completed", summary: "Second." });
  });

  it("skips when there is no money left", async () => {
    const agent = toId("agent", fixture.agentId);
    const set = (dailyCostUsd: string | null) =>
      fixture.api.send("PATCH", `/v1/agents/${agent}`, { body: { dailyCostUsd } });
    expect((await set("0.01")).status).toBe(200);
    const spent = { key: "earlier", agentId: fixture.agentId, executionId: newId(), costUsd: "0.02" };
    await settleCost(fixture.core, fixture.workspaceId, spent);
    const task = await fixture.newTask();
    try {
      expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "budget" });
    } finally {
      await set(null);
    }
  });

  it("sends what was paid for when the budget ran out meanwhile", async () => {
    const agent = toId("agent", fixture.agentId);
    const set = (dailyCostUsd: string | null) =>
      fixture.api.send("PATCH", `/v1/agents/${agent}`, { body: { dailyCostUsd } });
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    const thinking = Promise.withResolvers<void>();
    fixture.model.play({ ...say("Hello"), until: thinking.promise });
    const calls = fixture.model.calls.length;
    try {
      expect((await set("1000")).status).toBe(200);
      await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
      await fixture.model.waitForCalls(calls + 1);
      const spent = { key: newId(), agentId: fixture.agentId, executionId: newId(), costUsd: "1000" };
      await settleCost(fixture.core, fixture.workspaceId, spent);
      thinking.resolve();
      const execution = await untilEnded(task.id);
      // The message went out; the call after it found no room.
      expect(execution).toMatchObject({ status: "failed", outcome: "limit_reached", reasonCode: "budget" });
      const messages = await fixture.tenant((tx) =>
        listMessages(tx, execution.conversationId ?? "", { limit: 10 }),
      );
      expect(messages.items).toMatchObject([{ text: "Hello", status: "sent" }]);
    } finally {
      await set(null);
    }
  });

  it("takes back what an execution has held when it alone is cancelled", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id });
    const calls = fixture.model.calls.length;
    fixture.model.play(say("Hello"), { hang: true });
    await fixture.tenant((tx) => freezeWorkspace(fixture.core, tx, "wrong prices", origin));
    try {
      await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
      await fixture.model.waitForCalls(calls + 2);
      const [execution] = await fixture.executions(task.id);
      const statuses = async () =>
        (
          await fixture.tenant((tx) => listMessages(tx, execution?.conversationId ?? "", { limit: 10 }))
        ).items.map(({ status }) => status);
      expect(await statuses()).toEqual(["held"]);
      await fixture.api.send("POST", `/v1/executions/${toId("execution", execution?.id ?? "")}/cancel`);
      expect(await statuses()).toEqual(["withdrawn"]);
      expect(await untilEnded(task.id)).toMatchObject({ status: "canceled" });
    } finally {
      await fixture.tenant((tx) => unfreezeWorkspace(fixture.core, tx, origin));
    }
  });

  it("cancels a model call in flight with the task's executions", async () => {
    const task = await fixture.newTask();
    fixture.model.play({ hang: true });
    const calls = fixture.model.calls.length;
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(calls + 1);
    const { body } = await fixture.api.send("POST", `${taskPath(task.id)}/cancel`);
    expect(body).toMatchObject({ running: 0, lastExecution: { status: "canceled" } });
    await until("the call's abort", () => fixture.model.calls[calls]?.signal.aborted);
  });
});
