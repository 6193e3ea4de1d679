import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices } from "../../../test/engine.ts";
import { createTaskFixture, daily, type TaskFixture, taskPath } from "../../../test/tasks.ts";
import { until } from "../../../test/until.ts";
import { toId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import { createWorker, type Execution, enqueueExecution } from "../../engine/index.ts";

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
const hello = { toolCalls: [{ name: "send_message", input: { text: "Hello" } }] };
const finish = { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "Done." } }] };
const replay = (id: string, body: object = {}) =>
  fixture.api.send("POST", `/v1/executions/${toId("execution", id)}/replay`, { body });

function untilEnded(taskId: string): Promise<Execution> {
  return until("the end of the execution", async () => {
    const [newest] = await fixture.executions(taskId);
    return newest?.completedAt != null && newest;
  });
}

async function newTask() {
  const contact = await fixture.tenant((tx) => createContact(fixture.core, tx, { name: "Anna" }, origin));
  return fixture.newTask({ contactId: contact.id, schedule: daily });
}

async function runOnce(taskId: string): Promise<Execution> {
  await fixture.api.send("POST", `${taskPath(taskId)}/trigger`);
  return untilEnded(taskId);
}

describe("a replay", () => {
  it("says first how many messages it would send again, and does it once that is confirmed", async () => {
    const task = await newTask();
    fixture.model.play(hello, hello, finish);
    const original = await runOnce(task.id);
    const refused = await replay(original.id);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: "replay_would_repeat_messages", messages: 2 });
    expect(await fixture.executions(task.id)).toHaveLength(1);

    fixture.model.play(hello, finish);
    const confirmed = await replay(original.id, { confirm: true });
    expect(confirmed.status).toBe(201);
    expect(confirmed.body).toMatchObject({
      ...{ trigger: "replay", replayOf: toId("execution", original.id), scheduledFor: null },
      ...{ taskId: toId("task", task.id), contactId: toId("contact", task.contactId ?? "") },
    });
    expect(await untilEnded(task.id)).toMatchObject({ status: "completed", replayOf: original.id });
    expect((await fixture.read(task.id)).nextRunAt).toEqual(task.nextRunAt);
  });

  it("works on the task as it is now, and asks nothing where nothing was sent", async () => {
    const task = await newTask();
    fixture.model.play({ text: "Nothing to do." });
    const original = await runOnce(task.id);
    await fixture.api.send("PATCH", taskPath(task.id), {
      body: { description: "Ask for the serial number." },
    });
    fixture.model.play({ text: "Nothing to do." });
    expect((await replay(original.id)).status).toBe(201);
    await untilEnded(task.id);
    expect(JSON.stringify(fixture.model.calls.at(-1)?.messages)).toContain("Ask for the serial number.");
  });

  it("is for executions of tasks that have ended, while none is under way", async () => {
    const task = await newTask();
    const skipped = await fixture.tenant((tx) =>
      enqueueExecution(fixture.core, tx, {
        ...{
          kind: "task",
          lane: "scheduled",
          trigger: "schedule",
          taskId: task.id,
          contactId: task.contactId,
        },
        skipped: { code: "missed", message: "The run was missed." },
      }),
    );
    const waiting = await fixture.tenant((tx) =>
      enqueueExecution(fixture.core, tx, {
        ...{ kind: "task", lane: "scheduled", trigger: "schedule", taskId: task.id, delayMs: 600_000 },
      }),
    );
    expect(await replay(waiting)).toMatchObject({ status: 409, body: { code: "execution_not_ended" } });
    expect(await replay(skipped)).toMatchObject({
      ...{ status: 409, body: { code: "execution_in_progress", executionId: toId("execution", waiting) } },
    });
    await fixture.api.send("POST", `/v1/executions/${toId("execution", waiting)}/cancel`);
    fixture.model.play({ text: "Nothing to do." });
    const repeated = await replay(skipped);
    expect(repeated.status).toBe(201);
    await untilEnded(task.id);

    const reply = await fixture.tenant((tx) =>
      enqueueExecution(fixture.core, tx, {
        ...{ kind: "reply", lane: "reply", trigger: "api" },
        skipped: { code: "test", message: "Nothing to answer." },
      }),
    );
    expect(await replay(reply)).toMatchObject({ status: 409, body: { code: "execution_not_replayable" } });
  });

  it("of a deleted task or of none is refused", async () => {
    const orphan = await fixture.tenant((tx) =>
      enqueueExecution(fixture.core, tx, {
        ...{ kind: "task", lane: "scheduled", trigger: "schedule" },
        skipped: { code: "missed", message: "The run was missed." },
      }),
    );
    expect(await replay(orphan)).toMatchObject({ status: 409, body: { code: "task_deleted" } });
    const task = await newTask();
    expect((await replay(task.id)).status).toBe(404);
  });

  it("is made once by two requests at the same time", async () => {
    const task = await newTask();
    fixture.model.play({ text: "Nothing to do." });
    const original = await runOnce(task.id);
    // The model waits, so that the first replay has not ended when the second one is looked at.
    const release = Promise.withResolvers<void>();
    fixture.model.play({ text: "Nothing to do.", until: release.promise });
    const answers = await Promise.all([replay(original.id), replay(original.id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    release.resolve();
    await untilEnded(task.id);
  });
});
