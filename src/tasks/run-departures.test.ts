import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices } from "../../test/engine.ts";
import { daily, taskPath } from "../../test/tasks.ts";
import { until } from "../../test/until.ts";
import { deleteAgent } from "../agents/index.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import { updateChannel } from "../channels/index.ts";
import { createContact, deleteContact } from "../contacts/index.ts";
import { conversationsModule, listMessages } from "../conversations/index.ts";
import { createRunFixture, finish, origin, type RunFixture, say } from "./run.test-support.ts";
import { createTask } from "./tasks.ts";

let fixture: RunFixture;
beforeAll(async () => {
  fixture = await createRunFixture();
});
afterAll(() => fixture.close());

const newContact = () => fixture.newContact();
const trigger = (taskId: string) => fixture.trigger(taskId);

describe("what a task works with is deleted", () => {
  it("ends the contact's tasks and cancels what is queued", async () => {
    const contact = await newContact();
    const task = await fixture.newTask({ contactId: contact.id, schedule: daily });
    const paused = await fixture.newTask({ contactId: contact.id, schedule: daily });
    fixture.model.play({ hang: true });
    const calls = fixture.model.calls.length;
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(calls + 1);
    await fixture.api.send("POST", `${taskPath(paused.id)}/pause`);
    await fixture.tenant((tx) => deleteContact(fixture.core, tx, contact.id, origin));
    for (const { id } of [task, paused])
      expect(await fixture.read(id)).toMatchObject({
        ...{ state: "ended", nextRunAt: null, stateReason: { code: "contact_deleted" } },
      });
    expect(await fixture.executions(task.id)).toMatchObject([
      { status: "canceled", reasonCode: "contact_deleted" },
    ]);
    expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "contact_deleted" });
    const resumed = await fixture.api.send("POST", `${taskPath(task.id)}/resume`);
    expect(resumed).toMatchObject({ status: 409, body: { code: "task_not_resumable", missing: "contact" } });
  });

  it("pauses the tasks of a channel", async () => {
    const channel = await fixture.api.send("POST", "/v1/channels", {
      body: { platform: "web", kind: "page", name: "Spare" },
    });
    const { id } = channel.body as { id: string };
    const contactId = toId("contact", fixture.contactId);
    const made = await fixture.api.send("POST", "/v1/tasks", {
      body: { name: "n", description: "d", contactId, channelId: id, schedule: daily },
    });
    const task = made.body as { id: string };
    await fixture.api.send("DELETE", `/v1/channels/${id}`);
    const { body } = await fixture.api.send("GET", `/v1/tasks/${task.id}`);
    expect(body).toMatchObject({
      state: "paused",
      nextRunAt: null,
      stateReason: { code: "channel_deleted" },
    });
  });

  it("pauses the tasks of an agent, and those that name none if it was the default", async () => {
    const other = await createRunFixture();
    try {
      const { core, agentId } = other;
      const named = await other.newTask({ agentId, schedule: daily });
      const unnamed = await other.newTask({ schedule: daily });
      const onDemand = await other.newTask({ agentId });
      const ended = await other.newTask({ agentId });
      await core.db.autocommit.query({
        text: "update tasks set state = 'ended' where id = $1",
        values: [ended.id],
      });
      await other.tenant((tx) => deleteAgent(core, tx, agentId, origin));
      for (const { id } of [named, unnamed, onDemand])
        expect(await other.read(id)).toMatchObject({
          ...{ state: "paused", nextRunAt: null, stateReason: { code: "agent_deleted" } },
        });
      expect(await other.read(ended.id)).toMatchObject({ state: "ended" });
      const resumed = await other.api.send("POST", `${taskPath(named.id)}/resume`);
      expect(resumed).toMatchObject({ status: 409, body: { missing: "agent" } });
      await expect(
        other.tenant((tx) => createTask(core, tx, { name: "n", description: "d" }, origin)),
      ).rejects.toMatchObject({ code: "agent_required" });
      for (const [id, code] of [
        [named.id, "agent_deleted"],
        [unnamed.id, "agent_required"],
      ] as const)
        expect(await other.trigger(id)).toMatchObject({ status: "skipped", reasonCode: code });
    } finally {
      await other.close();
    }
  });
});

it("refuses at once what an agent that was deleted had to say and was held", async () => {
  const other = await createRunFixture();
  const { core, agentId, contactId, channelId } = other;
  try {
    const disabled = { status: "disabled" } as const;
    await other.tenant((tx) => updateChannel(core, tx, channelId, disabled, origin));
    const task = await other.newTask({ agentId, contactId, channelId });
    other.model.play(say("Hello"), finish("Wrote."));
    const { conversationId } = await other.trigger(task.id);
    const read = async () => {
      const { items } = await other.tenant((tx) => listMessages(tx, conversationId ?? "", { limit: 10 }));
      return items.map(({ status, reasonCode }) => [status, reasonCode]);
    };
    expect(await read()).toEqual([["held", "channel_disabled"]]);
    await core.db.autocommit.query({ text: "update held_messages set ask_at = now() + interval '1 hour'" });
    await other.tenant((tx) => deleteAgent(core, tx, agentId, origin));
    const services = conversationsModule(core).services ?? [];
    const stop = await startServices(...services.filter(({ name }) => name === "conversations.held"));
    await until("the refusal", async () => (await read())[0]?.[0] === "refused").finally(stop);
    expect(await read()).toEqual([["refused", "agent_deleted"]]);
  } finally {
    await other.close();
  }
});

it("refuses what a run writes after its contact or channel was deleted, and says so", async () => {
  const contact = await fixture.tenant((tx) =>
    createContact(fixture.core, tx, { name: "Ben", tags: ["leaving"] }, origin),
  );
  const audience = { filter: { tag: "leaving" }, maxContactsPerRun: 10, pacePerMinute: null };
  const ofAudience = await fixture.newTask({ audience, channelId: fixture.channelId });
  const channel = await fixture.api.send("POST", "/v1/channels", {
    body: { platform: "web", kind: "page", name: "Leaving" },
  });
  const { id } = channel.body as { id: string };
  const onChannel = await fixture.newTask({
    contactId: (await newContact()).id,
    channelId: fromId("channel", id) ?? "",
  });
  for (const [task, code, leave] of [
    [
      ofAudience,
      "contact_deleted",
      () => fixture.tenant((tx) => deleteContact(fixture.core, tx, contact.id, origin)),
    ],
    [onChannel, "channel_deleted", () => fixture.api.send("DELETE", `/v1/channels/${id}`)],
  ] as const) {
    const thinking = Promise.withResolvers<void>();
    const calls = fixture.model.calls.length;
    fixture.model.play({ ...say("Hello"), until: thinking.promise }, finish("Nobody there.", "blocked"));
    await fixture.api.send("POST", `${taskPath(task.id)}/trigger`);
    await fixture.model.waitForCalls(calls + 1);
    await leave();
    thinking.resolve();
    expect(await fixture.untilEnded(task.id)).toMatchObject({
      ...{ status: "completed", outcome: "blocked", reasonCode: code },
    });
  }
});

it("skips a run whose channel is gone, and says so", async () => {
  const contact = await newContact();
  const task = await fixture.newTask({ contactId: contact.id });
  await fixture.core.db.autocommit.query({
    text: "update tasks set channel_id = $2 where id = $1",
    values: [task.id, newId()],
  });
  expect(await trigger(task.id)).toMatchObject({ status: "skipped", reasonCode: "channel_deleted" });
});
