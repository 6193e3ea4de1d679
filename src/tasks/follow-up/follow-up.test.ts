import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices } from "../../../test/engine.ts";
import { createTaskFixture, type TaskFixture } from "../../../test/tasks.ts";
import { until } from "../../../test/until.ts";
import { newId, toId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import { openConversation, receiveMessage } from "../../conversations/index.ts";
import {
  createMaintenance,
  createWorker,
  type Execution,
  listExecutions,
  listSteps,
} from "../../engine/index.ts";
import { triggerTask } from "../control.ts";
import { deleteTask, listTasks } from "../tasks.ts";
import { type FollowUpWish, scheduleFollowUp } from "./follow-up.ts";

let fixture: TaskFixture;
let stop: () => Promise<void>;
beforeAll(async () => {
  fixture = await createTaskFixture();
  const worker = createWorker(fixture.core, { concurrency: 4 });
  stop = await startServices(worker, createMaintenance(fixture.core, "worker"));
});
afterAll(async () => {
  await stop();
  await fixture.close();
});

const origin = { caller: null, requestId: null };
const call = (input: object) => ({ toolCalls: [{ name: "schedule_follow_up", input }] });
const finish = {
  toolCalls: [{ name: "finish", input: { outcome: "no_action_needed", summary: "Done." } }],
};

async function newContact(timezone: string | null = null): Promise<string> {
  const contact = await fixture.tenant((tx) =>
    createContact(fixture.core, tx, { name: "Anna", timezone }, origin),
  );
  return contact.id;
}

const tasksOf = (contactId: string) =>
  fixture.tenant(async (tx) => (await listTasks(tx, { contactId }, { limit: 100 })).items);

async function runTask(taskId: string): Promise<Execution> {
  const { id } = await fixture.tenant((tx) => triggerTask(fixture.core, tx, taskId, origin));
  return until("the end of the execution", async () => {
    const found = (await fixture.executions(taskId)).find((execution) => execution.id === id);
    return found?.completedAt != null && found;
  });
}

async function newConversation(contactId: string) {
  const { channelId } = fixture;
  return fixture.tenant((tx) => openConversation(fixture.core, tx, { contactId, channelId }));
}

const arrange = (contactId: string, conversationId: string | null, wish: FollowUpWish) =>
  fixture.tenant((tx) => {
    const of = { execution: { taskId: null }, agentId: fixture.agentId, contactId, conversationId };
    return scheduleFollowUp(fixture.core, tx, of, wish);
  });

describe("an agent in a task", () => {
  it("makes a task that comes back once, with its own agent, contact and conversation", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({ contactId });
    fixture.model.play(
      { toolCalls: [{ name: "send_message", input: { text: "Hello" } }] },
      call({ inSeconds: 86_400, instruction: "Ask whether it works now." }),
      finish,
    );
    const execution = await runTask(task.id);
    const [followUp] = (await tasksOf(contactId)).filter(({ id }) => id !== task.id);
    expect(followUp).toMatchObject({
      ...{ name: "Follow-up: Ask whether it works now.", description: "Ask whether it works now." },
      ...{ agentId: fixture.agentId, contactId, channelId: fixture.channelId, state: "active" },
      ...{ conversationId: execution.conversationId, schedule: { kind: "once" } },
    });
    const dueInMs = (followUp?.nextRunAt?.getTime() ?? 0) - Date.now();
    expect(Math.abs(dueInMs - 86_400_000)).toBeLessThan(120_000);
    const steps = await fixture.tenant((tx) => listSteps(tx, execution.id, { after: 0, limit: 100 }));
    expect(steps.find(({ name }) => name === "schedule_follow_up")?.payload.output).toMatchObject({
      output: { status: "scheduled", taskId: toId("task", followUp?.id ?? "") },
    });
  });

  it("is told what is wrong with a time", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({ contactId });
    fixture.model.play(
      call({ at: "next Tuesday", instruction: "Ask again." }),
      call({ at: "2020-01-01T09:00", instruction: "Ask again." }),
      call({ at: "2099-01-01T09:00", inSeconds: 600, instruction: "Ask again." }),
      finish,
    );
    await runTask(task.id);
    expect(await tasksOf(contactId)).toHaveLength(1);
    const asked = JSON.stringify(fixture.model.calls.at(-1)?.messages);
    expect(asked).toContain("is no date and time");
    expect(asked).toContain("is past");
    expect(asked).toContain("must have either at or inSeconds");
  });
});

describe("an agent in a reply", () => {
  it("makes one for the conversation that it answers in", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({ contactId, sessionDurationSeconds: 3_600 });
    fixture.model.play({ toolCalls: [{ name: "send_message", input: { text: "Hello" } }] }, finish);
    const { conversationId } = await runTask(task.id);
    fixture.model.play(call({ inSeconds: 3_600, instruction: "Ask again." }), { text: "I will ask again." });
    await fixture.tenant((tx) =>
      receiveMessage(fixture.core, tx, {
        ...{ channelId: fixture.channelId, contactId, clientMessageId: newId(), text: "Not now." },
      }),
    );
    await until("the end of the reply", async () => {
      const { items } = await fixture.tenant((tx) =>
        listExecutions(tx, { kind: "reply", contactId }, { limit: 1 }),
      );
      const [reply] = items;
      return reply?.completedAt != null;
    });
    const [followUp] = (await tasksOf(contactId)).filter(({ id }) => id !== task.id);
    expect(followUp).toMatchObject({
      conversationId,
      channelId: fixture.channelId,
      agentId: fixture.agentId,
    });
  });
});

describe("follow-ups", () => {
  it("are one for one conversation and time, also when two ask at the same moment", async () => {
    const contactId = await newContact();
    const { id: conversationId } = await newConversation(contactId);
    const wish = { at: "2099-05-04T09:00:00Z", instruction: "Ask again." };
    const answers = await Promise.all([1, 2, 3].map(() => arrange(contactId, conversationId, wish)));
    expect(new Set(answers.map(({ taskId }) => taskId)).size).toBe(1);
    expect(answers.filter(({ isKnown }) => !isKnown)).toHaveLength(1);
    expect(await tasksOf(contactId)).toHaveLength(1);
    const later = await arrange(contactId, conversationId, { ...wish, at: "2099-05-04T10:00:00Z" });
    expect(later.isKnown).toBe(false);
    await fixture.tenant((tx) => deleteTask(fixture.core, tx, later.taskId, origin));
    expect((await arrange(contactId, conversationId, { ...wish, at: "2099-05-04T10:00:00Z" })).isKnown).toBe(
      false,
    );
  });

  it("are at most 20 open ones for a contact", async () => {
    const contactId = await newContact();
    const wish = (n: number) => ({
      at: `2099-05-04T09:${String(n).padStart(2, "0")}:00Z`,
      instruction: "Ask again.",
    });
    for (let n = 0; n < 20; n += 1) await arrange(contactId, null, wish(n));
    await expect(arrange(contactId, null, wish(20))).rejects.toMatchObject({ code: "too_many_follow_ups" });
    expect((await arrange(contactId, null, wish(3))).isKnown).toBe(true);
    expect((await arrange(await newContact(), null, wish(20))).isKnown).toBe(false);
  });

  it("are at the contact's local time where the agent gave no offset", async () => {
    const contactId = await newContact("America/New_York");
    const { at } = await arrange(contactId, null, { at: "2099-07-01T09:00", instruction: "Ask again." });
    expect(at.toISOString()).toBe("2099-07-01T13:00:00.000Z");
    const [task] = await tasksOf(contactId);
    expect(task?.schedule).toEqual({ kind: "once", timezone: "America/New_York", at: "2099-07-01T09:00" });
  });
});
