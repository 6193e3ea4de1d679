import { afterAll, expect, test } from "vitest";
import { fromId } from "../../src/base/ids.ts";
import { makeObject } from "../access/objects.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { listenToEvents } from "../event-stream.ts";
import { until } from "../until.ts";

/** What happens without a request is told of as well. */

const app: TestApp = await createTestApp({ running: true });
const { first: workspace } = app;
afterAll(() => app.close());

interface TopicChange {
  readonly topic: string;
  readonly kind: string;
  readonly ids: readonly string[] | null;
}

async function listen(topics: string) {
  const headers = { authorization: `Bearer ${workspace.keys.read}` };
  const listener = await listenToEvents(`${app.url}/v1/events?topics=${topics}`, headers);
  await listener.first("the beginning", ({ event }) => event === "ready");
  return {
    close: listener.close,
    /** The changes that were told of so far. */
    changes: () => listener.events.flatMap(({ data }) => (data.changes ?? []) as readonly TopicChange[]),
    /** How often a topic was told of. */
    count(topic: string) {
      return this.changes().filter((change) => change.topic === topic).length;
    },
  };
}

async function read(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await workspace.send("GET", path);
  expect(status).toBe(200);
  return body as Readonly<Record<string, unknown>>;
}

async function createTask(fields: object): Promise<string> {
  const agentId = await makeObject(app, workspace, "agentId");
  const task = { name: "Report", description: "Write a report.", agentId, ...fields };
  const { status, body } = await workspace.send("POST", "/v1/tasks", { body: task });
  expect(status, JSON.stringify(body)).toBe(201);
  return (body as { readonly id: string }).id;
}

function makeDue(taskId: string) {
  return app.core.db.autocommit.query({
    text: "update task_schedules set next_run_at = clock_timestamp() - interval '1 second' where task_id = $1",
    values: [fromId("task", taskId)],
  });
}

test("a run on schedule: the next run, the execution and the last outcome show without asking again and again", async () => {
  const taskId = await createTask({ schedule: { kind: "every", seconds: 3_600 } });
  const stream = await listen(`executions,task:${taskId}`);
  await makeDue(taskId);
  // Reads only when it was told to, as a client does.
  let told = 0;
  const task = await until("the task to show its run", async () => {
    const count = stream.count(`task:${taskId}`);
    if (count === told) return undefined;
    told = count;
    const { lastExecution, nextRunAt } = await read(`/v1/tasks/${taskId}`);
    const ended = lastExecution as { readonly id: string; readonly status: string } | null;
    return ended?.status === "completed" ? { nextRunAt, executionId: ended.id } : undefined;
  });
  expect(Date.parse(String(task.nextRunAt))).toBeGreaterThan(Date.now());
  const named = stream.changes().filter(({ ids }) => ids?.includes(task.executionId));
  expect(named.map(({ topic }) => topic)).toContain("executions");
  stream.close();
});

test("an execution: whoever reads it only when told sees its end", async () => {
  const taskId = await createTask({});
  const stream = await listen("executions,tasks");
  const { body } = await workspace.send("POST", `/v1/tasks/${taskId}/trigger`);
  const { id } = body as { readonly id: string };
  let told = 0;
  await until("its end, by what was told", async () => {
    const count = stream.count("executions");
    if (count === told) return false;
    told = count;
    return (await read(`/v1/executions/${id}`)).status === "completed";
  });
  stream.close();
});

test("a run that is skipped because its agent is disabled", async () => {
  const taskId = await createTask({ schedule: { kind: "every", seconds: 3_600 } });
  const { agentId } = await read(`/v1/tasks/${taskId}`);
  await workspace.send("PATCH", `/v1/agents/${agentId}`, { body: { enabled: false } });
  const stream = await listen(`task:${taskId}`);
  await makeDue(taskId);
  let told = 0;
  await until("the skipped run to show", async () => {
    const count = stream.count(`task:${taskId}`);
    if (count === told) return false;
    told = count;
    const last = (await read(`/v1/tasks/${taskId}`)).lastExecution as { readonly status: string } | null;
    return last?.status === "skipped";
  });
  stream.close();
});

test("a task that comes to its end", async () => {
  const taskId = await createTask({ expiresAt: "2100-01-01T00:00:00.000Z" });
  const stream = await listen(`task:${taskId}`);
  await app.core.db.autocommit.query({
    text: "update tasks set expires_at = clock_timestamp() where id = $1",
    values: [fromId("task", taskId)],
  });
  await until("the change", () => stream.count(`task:${taskId}`) > 0);
  expect(await read(`/v1/tasks/${taskId}`)).toMatchObject({
    state: "ended",
    stateReason: { code: "expired" },
  });
  stream.close();
});

test("a contact who waits for a person: the conversation, the contact and the notice", async () => {
  const stream = await listen("conversations,contacts,notifications");
  await makeObject(app, workspace, "conversationId");
  await until("all three", () =>
    ["conversations", "contacts", "notifications"].every((topic) => stream.count(topic) > 0),
  );
  stream.close();
});
