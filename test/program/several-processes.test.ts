import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../database.ts";
import { type ModelServer, startModelServer } from "../model-server.ts";
import { createPrograms, type Program, type Programs } from "../program.ts";
import {
  type Cast,
  createCast,
  createContactTask,
  type ExecutionShown,
  type Listed,
  listOutbound,
  type MessageShown,
  type ProgramClient,
  trigger,
  untilEnded,
  untilShown,
} from "../program-client.ts";
import { until } from "../until.ts";

/*
 * Processes on one external PostgreSQL. In order: one with API and scheduler and one worker; a full one joins and takes
 * over from the worker, which is killed; then two full ones.
 */

let programs: Programs;
let database: TestDatabase;
let models: ModelServer;
let cast: Cast;
let front: Program;
let worker: Program;
let full: Program;

const apiKey = `several-${"0123456789".repeat(4)}`;
const toolCall = (name: string, input: unknown) => ({ toolCalls: [{ name, input }] });
const sayHello = toolCall("send_message", { text: "Hello, Anna!" });
const finish = toolCall("finish", { outcome: "message_sent", summary: "Said hello." });

async function start(roles: string): Promise<Program> {
  return await programs.start({
    // Not used, and not made either.
    dataDir: "/nonexistent/errand",
    env: {
      ERRAND_DATABASE_URL: database.url,
      ERRAND_SECRET_KEY: secretKey,
      ERRAND_BOOTSTRAP_API_KEY: apiKey,
      ERRAND_ROLES: roles,
    },
  });
}

const secretKey = randomBytes(32).toString("base64");

beforeAll(async () => {
  programs = createPrograms();
  database = await createTestDatabase();
  models = await startModelServer();
  [front, worker] = await Promise.all([start("api,scheduler"), start("worker")]);
  cast = await createCast(front.client(apiKey), models.baseUrl);
});

afterAll(async () => {
  await programs.close();
  await models.close();
  await database.drop();
});

/** What an execution's event stream has sent so far. */
interface Stream {
  readonly text: () => string;
  readonly ended: Promise<void>;
}

async function openStream(client: ProgramClient, executionId: string): Promise<Stream> {
  const response = await fetch(`${client.url}/v1/executions/${executionId}/events`, {
    headers: client.headers,
  });
  expect(response.status).toBe(200);
  let text = "";
  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  }
  return { text: () => text, ended: read() };
}

describe("an API process and a worker process", () => {
  it("both answer probes and collectors; only the first serves the API", async () => {
    for (const program of [front, worker]) {
      const client = program.client(apiKey);
      expect(await client.status("/healthz")).toBe(200);
      expect(await client.get("/readyz")).toMatchObject({ status: "ok" });
      const metrics = await (await fetch(`${program.url}/metrics`)).text();
      expect(metrics).toMatch(/^errand_process_cpu_seconds_total/m);
    }
    expect(await front.client(apiKey).status("/v1/tasks")).toBe(200);
    expect(await worker.client(apiKey).status("/v1/tasks")).toBe(404);
    expect(worker.output()).toMatch(/^Errand \S+ serves worker on /m);
  });

  it("run what the other triggered, shown live step by step", async () => {
    const client = front.client(apiKey);
    const task = await createContactTask(client, cast);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    models.play(sayHello, { ...finish, until: released });
    const executionId = await trigger(client, task.taskId);
    const stream = await openStream(client, executionId);
    // The worker's second model call has not been answered yet: what the stream shows, it shows live.
    await until("the message's step", () => /event: step\ndata: .*"kind":"message"/.test(stream.text()));
    expect(stream.text()).not.toContain('"status":"completed"');
    release();
    await stream.ended;
    expect(stream.text()).toMatch(/event: execution\ndata: [^\n]*"status":"completed"[^\n]*\n\n$/);
    const ids = [...stream.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(await listOutbound(client, task.contactId)).toHaveLength(1);
  });

  it("lose nothing when the worker is killed: another process takes over within 20 s", async () => {
    const client = front.client(apiKey);
    const task = await createContactTask(client, cast);
    const called = models.requests.length;
    models.play(sayHello, { hang: "after_headers" });
    const executionId = await trigger(client, task.taskId);
    await models.waitForRequests(called + 2);
    full = await start("api,worker,scheduler");
    models.play(finish);
    await worker.kill();

    const ended = await untilEnded(client, executionId, 20_000);
    expect(ended).toMatchObject({ status: "completed", outcome: "message_sent", attempt: 2 });
    expect(models.requests).toHaveLength(called + 3);
    expect(await listOutbound(client, task.contactId)).toHaveLength(1);
  }, 60_000);
});

describe("two full processes", () => {
  let both: readonly ProgramClient[];

  beforeAll(async () => {
    await front.stop();
    const second = await start("api,worker,scheduler");
    both = [full.client(apiKey), second.client(apiKey)];
    const [client] = both;
    if (client !== undefined) cast = await createCast(client);
  });

  it("run each tick of a schedule once", async () => {
    const [one, two] = both as [ProgramClient, ProgramClient];
    const at = new Date(Date.now() + 2_500).toISOString().slice(0, "2027-03-01T09:00:00".length);
    const schedule = { kind: "once", timezone: "UTC", at };
    const tasks = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        createContactTask(index % 2 === 0 ? one : two, cast, { schedule }),
      ),
    );
    const lists = await Promise.all(
      tasks.map(({ taskId }) =>
        untilShown("the task's run", async () => {
          const { items } = await two.get<Listed<ExecutionShown>>(`/v1/tasks/${taskId}/executions`);
          return items.length > 0 && items.every(({ status }) => status === "completed") && items;
        }),
      ),
    );
    expect(lists.map((items) => items.length)).toEqual(tasks.map(() => 1));
    expect(
      lists.flat().filter(({ trigger: by, outcome }) => by !== "schedule" || outcome !== "message_sent"),
    ).toEqual([]);
    expect(
      await Promise.all(tasks.map(async ({ contactId }) => (await listOutbound(one, contactId)).length)),
    ).toEqual(tasks.map(() => 1));
  });

  it("answer a burst that comes through both in one turn", async () => {
    const [one, two] = both as [ProgramClient, ProgramClient];
    const visitor = await one.post<{ token: string; contactId: string }>(
      `/web/v1/channels/${cast.channelId}/visitors`,
      {},
    );
    const write = async (client: ProgramClient, text: string) => {
      const response = await fetch(`${client.url}/web/v1/messages`, {
        method: "POST",
        headers: { authorization: `Bearer ${visitor.token}`, "content-type": "application/json" },
        body: JSON.stringify({ clientMessageId: text, text }),
      });
      expect(response.status).toBe(201);
    };
    const texts = ["first", "second", "third", "fourth"];
    await Promise.all(texts.flatMap((text) => [write(one, text), write(two, text)]));
    const reply = await untilShown("the reply", async () => {
      const { items } = await two.get<Listed<ExecutionShown>>(
        `/v1/executions?kind=reply&contactId=${visitor.contactId}`,
      );
      return items.length > 0 && items.every(({ status }) => status === "completed") && items;
    });
    expect(reply).toHaveLength(1);
    const [conversationId] = reply[0]?.conversationIds ?? [];
    const { items } = await one.get<Listed<MessageShown>>(
      `/v1/conversations/${conversationId}/messages?after=0`,
    );
    // Each message once, although each came through both, and one answer to all.
    expect(
      items
        .filter(({ direction }) => direction === "in")
        .map(({ text }) => text)
        .sort(),
    ).toEqual([...texts].sort());
    const answers = items.filter(({ direction }) => direction === "out");
    expect(answers).toHaveLength(1);
    for (const text of texts) expect(answers[0]?.text).toContain(text);
  });

  it("send nothing from a workspace that was frozen through one of them", async () => {
    const [one, two] = both as [ProgramClient, ProgramClient];
    const { taskId, contactId } = await createContactTask(one, cast);
    const first = await untilEnded(two, await trigger(two, taskId));
    expect(first).toMatchObject({ outcome: "message_sent" });
    await one.post("/v1/workspace/freeze", { reason: "Something is wrong." });

    // What an agent writes is held, and what a person writes is refused by the gate.
    const held = await untilEnded(two, await trigger(two, taskId));
    expect(held).toMatchObject({ status: "completed", reason: { code: "message_held" } });
    const conversation = `/v1/conversations/${first.conversationIds[0]}`;
    await expect(two.post(`${conversation}/messages`, { text: "Sorry for that." })).rejects.toThrow("409");
    expect(await listOutbound(two, contactId)).toMatchObject([
      { status: "sent" },
      { status: "held", reason: { code: "workspace_frozen" } },
      { status: "refused", reason: { code: "workspace_frozen" } },
    ]);
    const { items } = await two.get<Listed<unknown>>(`${conversation}/decisions`);
    expect(items[0]).toMatchObject({
      class: "human",
      allowed: false,
      reason: { code: "workspace_frozen" },
      rules: expect.arrayContaining([
        expect.objectContaining({ rule: "workspace_active", answer: "refused" }),
        expect.objectContaining({ rule: "opt_out", answer: "passed" }),
      ]),
    });

    await one.post("/v1/workspace/unfreeze");
    const statuses = async () => (await listOutbound(one, contactId)).map(({ status }) => status).toSorted();
    await until("the release", async () => (await statuses()).join() === "refused,sent,sent");
    expect(await untilEnded(two, await trigger(two, taskId))).toMatchObject({ outcome: "message_sent" });
    expect(await statuses()).toEqual(["refused", "sent", "sent", "sent"]);
  });
});
