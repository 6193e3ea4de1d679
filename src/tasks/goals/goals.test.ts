import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices } from "../../../test/engine.ts";
import { createTaskFixture, daily, faultsOf, type TaskFixture } from "../../../test/tasks.ts";
import { until } from "../../../test/until.ts";
import { newId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import {
  closeConversation,
  listMessages,
  openConversation,
  receiveMessage,
} from "../../conversations/index.ts";
import {
  countActive,
  createWorker,
  type Execution,
  enqueueExecution,
  enqueueExecutions,
  type PlacedExecution,
} from "../../engine/index.ts";
import { triggerTask } from "../control.ts";
import { sweepOnce } from "../sweep.ts";
import { finishWalks, makeContacts } from "../walk/walks.test-support.ts";

let fixture: TaskFixture;
let stop: () => Promise<void>;
beforeAll(async () => {
  fixture = await createTaskFixture();
  stop = await startServices(createWorker(fixture.core, { concurrency: 4 }));
});
afterAll(async () => {
  await stop();
  await fixture.close();
});

const origin = { caller: null, requestId: null };
const newContact = () =>
  fixture.tenant(async (tx) => (await createContact(fixture.core, tx, { name: "Anna" }, origin)).id);
const hello = { toolCalls: [{ name: "send_message", input: { text: "Hello" } }] };
const finish = (outcome: string) => ({
  toolCalls: [{ name: "finish", input: { outcome, summary: "Done." } }],
});

/** Runs a task that says hello; answers its execution once it has ended. */
async function greet(taskId: string, outcome = "message_sent"): Promise<Execution> {
  fixture.model.play(hello, finish(outcome));
  const { id } = await fixture.tenant((tx) => triggerTask(fixture.core, tx, taskId, origin));
  return untilEnded(taskId, id);
}

function untilEnded(taskId: string, id: string): Promise<Execution> {
  return until("the end of the execution", async () => {
    const found = (await fixture.executions(taskId)).find((execution) => execution.id === id);
    return found?.completedAt != null && found;
  });
}

const write = (contactId: string) =>
  fixture.tenant((tx) =>
    receiveMessage(fixture.core, tx, {
      ...{ channelId: fixture.channelId, contactId, clientMessageId: newId(), text: "Thanks!" },
    }),
  );

describe("a task", () => {
  it("ends when an execution met its goal, and drops what has not begun", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({
      ...{ contactId, schedule: daily, endWhen: ["goal_met"], policies: { overlap: "allow" } },
    });
    const waiting = await fixture.tenant((tx) =>
      enqueueExecution(fixture.core, tx, {
        ...{ kind: "task", lane: "scheduled", trigger: "schedule", taskId: task.id, delayMs: 600_000 },
      }),
    );
    await greet(task.id, "goal_met");
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "ended", stateReason: { code: "goal_met" }, nextRunAt: null },
    });
    const dropped = (await fixture.executions(task.id)).find(({ id }) => id === waiting);
    expect(dropped).toMatchObject({ status: "canceled", reasonCode: "goal_met" });
  });

  it("drops all that has not begun, however much that is", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({
      ...{ contactId, endWhen: ["goal_met"], policies: { overlap: "allow" } },
    });
    const waiting: PlacedExecution = {
      ...{ workspaceId: fixture.workspaceId, taskId: task.id, kind: "task", delayMs: 600_000 },
      lane: "scheduled",
      trigger: "schedule",
    };
    const many = Array.from({ length: 101 }, () => waiting);
    await fixture.tenant((tx) => enqueueExecutions(fixture.core, tx, many));
    await greet(task.id, "goal_met");
    const at = [{ workspaceId: fixture.workspaceId, taskId: task.id }];
    expect(await fixture.tenant((tx) => countActive(tx, at))).toEqual(new Map());
  });

  it("goes on when an execution came to something else, or without endWhen", async () => {
    const contactId = await newContact();
    const other = await fixture.newTask({ contactId, schedule: daily, endWhen: ["goal_met"] });
    await greet(other.id, "message_sent");
    expect((await fixture.read(other.id)).state).toBe("active");
    const without = await fixture.newTask({ contactId, schedule: daily });
    await greet(without.id, "goal_met");
    expect((await fixture.read(without.id)).state).toBe("active");
  });

  it("ends when the contact answers where it wrote, and not before it wrote", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({
      ...{ contactId, schedule: daily, sessionDurationSeconds: 0, endWhen: ["contact_replied"] },
    });
    const silent = await fixture.newTask({ contactId, schedule: daily, endWhen: ["contact_replied"] });
    await write(contactId);
    expect((await fixture.read(task.id)).state).toBe("active");
    await greet(task.id);
    await write(contactId);
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "ended", stateReason: { code: "contact_replied" }, nextRunAt: null },
    });
    expect((await fixture.read(silent.id)).state).toBe("active");
  });

  it("takes back what it wanted to say and is held when it ends by an answer", async () => {
    const contactId = await newContact();
    await write(contactId);
    await fixture.core.db.autocommit.query({
      text: "update conversations set controller = 'human' where contact_id = $1",
      values: [contactId],
    });
    const task = await fixture.newTask({ contactId, schedule: daily, endWhen: ["contact_replied"] });
    const { conversationId } = await greet(task.id);
    const statuses = () =>
      fixture.tenant(async (tx) => {
        const { items } = await listMessages(tx, conversationId ?? "", { limit: 10 });
        return items.filter(({ direction }) => direction === "out").map(({ status }) => status);
      });
    expect(await statuses()).toEqual(["held"]);
    await write(contactId);
    expect(await statuses()).toEqual(["withdrawn"]);
    expect((await fixture.read(task.id)).state).toBe("ended");
  });

  it("ends when the conversation in which it wrote is closed", async () => {
    const contactId = await newContact();
    const task = await fixture.newTask({ contactId, schedule: daily, endWhen: ["conversation_closed"] });
    const { conversationId } = await greet(task.id);
    expect((await fixture.read(task.id)).state).toBe("active");
    await fixture.tenant((tx) =>
      closeConversation(fixture.core, tx, { conversationId: conversationId ?? "", reason: "member" }, origin),
    );
    expect(await fixture.read(task.id)).toMatchObject({
      ...{ state: "ended", stateReason: { code: "conversation_closed" } },
    });
  });

  it("with an audience is over for the contact that answered, and goes on for the others", async () => {
    const [first = "", second = ""] = await makeContacts(fixture, 2, { tags: ["goals"] });
    const task = await fixture.newTask({
      ...{ schedule: daily, endWhen: ["contact_replied"], sessionDurationSeconds: 0 },
      audience: { filter: { tag: "goals" }, maxContactsPerRun: 10, pacePerMinute: null },
    });
    fixture.model.play(hello, finish("message_sent"));
    const executionId = await fixture.tenant(async (tx) => {
      const { id } = await openConversation(fixture.core, tx, {
        contactId: first,
        channelId: fixture.channelId,
      });
      return enqueueExecution(fixture.core, tx, {
        ...{ kind: "task", lane: "bulk", trigger: "manual", taskId: task.id, contactId: first },
        conversationId: id,
      });
    });
    await untilEnded(task.id, executionId);
    await write(first);
    expect((await fixture.read(task.id)).state).toBe("active");
    await fixture.makeDue(task.id);
    await sweepOnce(fixture.core);
    fixture.model.play(hello, finish("message_sent"));
    await finishWalks(fixture);
    const later = (await fixture.executions(task.id)).filter(({ id }) => id !== executionId);
    expect(later.map(({ contactId, reasonCode }) => [contactId, reasonCode]).sort()).toEqual(
      [
        [null, "goal_reached"],
        [second, null],
      ].sort(),
    );
    for (const { id, status } of later) if (status !== "skipped") await untilEnded(task.id, id);
  });
});

describe("endWhen", () => {
  it("refuses other words, and the same one twice", async () => {
    const send = (endWhen: readonly string[]) =>
      fixture.api.send("POST", "/v1/tasks", { body: { name: "A", description: "B", endWhen } });
    expect(Object.keys(faultsOf(await send(["tuesday"])))).toEqual(["endWhen.0"]);
    expect(faultsOf(await send(["goal_met", "goal_met"]))).toEqual({ endWhen: "duplicate" });
  });
});
