import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ModelServer, type RecordedRequest, startModelServer } from "../model-server.ts";
import { createPrograms, isAlive, type Programs, postgresPid } from "../program.ts";
import {
  createCast,
  createContactTask,
  listOutbound,
  trigger,
  untilEnded,
  untilShown,
} from "../program-client.ts";
import { until } from "../until.ts";

let programs: Programs;
let models: ModelServer;

/** The first call hangs; later ones send one message and finish. */
function play(request: RecordedRequest, index: number) {
  if (index === 0) return { hang: "before_headers" } as const;
  const results = request.body?.messages?.filter(({ role }) => role === "tool").length ?? 0;
  const call =
    results === 0
      ? { name: "send_message", input: { text: "Hello, Anna!" } }
      : { name: "finish", input: { outcome: "message_sent", summary: "Said hello." } };
  return { toolCalls: [call] };
}

beforeAll(async () => {
  programs = createPrograms();
  models = await startModelServer(play);
});

afterAll(async () => {
  await programs.close();
  await models.close();
});

it("ends on Ctrl-C while it starts, drains on Ctrl-C within 10 s, and goes on at the next start", async () => {
  const dataDir = await programs.newDataDir();
  const env = { ERRAND_DEMO: "0" };
  const early = programs.launch({ dataDir, env });
  await until("the database to be made", () => early.output().includes("creating a PostgreSQL"));
  expect(await early.stop("SIGINT")).toEqual({ code: 0, signal: null });
  expect(early.output()).toContain("SIGINT: stopping");
  expect(early.output()).not.toContain("serves");
  expect(early.complaints()).toEqual([]);
  expect(await postgresPid(dataDir)).toBeUndefined();

  const first = await programs.start({
    dataDir,
    env,
    command: ["sh", "scripts/run-node.sh", "src/main.ts", "start"],
  });
  const apiKey = first.apiKey;
  const client = first.client();
  const task = await createContactTask(client, await createCast(client, models.baseUrl));
  const executionId = await trigger(client, task.taskId);
  await models.waitForRequests(1);
  const postgres = (await postgresPid(dataDir)) ?? 0;
  expect(isAlive(postgres)).toBe(true);

  const asked = performance.now();
  expect(await first.stop("SIGINT")).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(10_000);
  // The call was aborted, not left to end by itself; PostgreSQL went before its program said the last word.
  await models.requests[0]?.dropped;
  expect(isAlive(postgres)).toBe(false);
  expect(first.output().trimEnd().split("\n").at(-1)).toContain('"stopped"');
  expect(first.complaints()).toEqual([]);
  const postgresLog = await readFile(join(dataDir, "postgres.log"), "utf8");
  expect(postgresLog).toContain("database system is shut down");
  expect(postgresLog.split("\n").filter((line) => /\b(ERROR|FATAL|PANIC):/.test(line))).toEqual([]);

  const second = await programs.start({ dataDir, env });
  const again = second.client(apiKey);
  // Given back while draining, so nobody has to wait for a lease to lapse.
  const ended = await untilEnded(again, executionId, 5_000);
  expect(ended).toMatchObject({ status: "completed", outcome: "message_sent", attempt: 2 });
  expect(models.requests).toHaveLength(3);
  expect((await listOutbound(again, task.contactId)).map(({ text }) => text)).toEqual(["Hello, Anna!"]);
  await second.stop("SIGTERM");
  expect(second.complaints()).toEqual([]);
});

/** Opens a connection, sends `text` and waits until the program has begun to read a request from it. */
async function sendHalf(url: string, text: string): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => undefined);
  let received = "";
  socket.on("data", (data) => {
    received += String(data);
  });
  socket.write(text);
  await until("the program to ask for the body", () => received.includes("100 Continue"));
  return socket;
}

it("drains on Ctrl-C although a client has stopped in the middle of a request", async () => {
  const dataDir = await programs.newDataDir();
  const program = await programs.start({ dataDir, env: { ERRAND_DEMO: "0" } });
  const head = [
    "POST /v1/contacts HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${program.apiKey}`,
    "Content-Type: application/json",
    "Content-Length: 100",
    "Expect: 100-continue",
  ];
  const socket = await sendHalf(program.url, `${head.join("\r\n")}\r\n\r\n{`);
  const postgres = (await postgresPid(dataDir)) ?? 0;

  const asked = performance.now();
  expect(await program.stop("SIGINT")).toEqual({ code: 0, signal: null });

  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(isAlive(postgres)).toBe(false);
  expect(program.complaints()).toEqual([]);
  socket.destroy();
});

it("starts PostgreSQL again when that is killed, and goes on", async () => {
  const dataDir = await programs.newDataDir();
  const program = await programs.start({ dataDir, env: { ERRAND_DEMO: "0" } });
  const client = program.client();
  const cast = await createCast(client);
  const task = await createContactTask(client, cast, { description: "Wait 3 seconds, then say hello." });
  const executionId = await trigger(client, task.taskId);
  await untilShown("the wait", async () => {
    const { status } = await client.get<{ status: string }>(`/v1/executions/${executionId}`);
    return status === "waiting";
  });
  const postgres = (await postgresPid(dataDir)) ?? 0;

  process.kill(postgres, "SIGKILL");

  await until("another PostgreSQL", async () => {
    const pid = await postgresPid(dataDir);
    return pid !== undefined && pid !== postgres;
  });
  await until("the program to be ready", async () => (await client.status("/readyz")) === 200, 20_000);
  expect(await untilEnded(client, executionId)).toMatchObject({
    status: "completed",
    outcome: "message_sent",
  });
  expect(await listOutbound(client, task.contactId)).toHaveLength(1);
  const next = await createContactTask(client, cast);
  expect((await untilEnded(client, await trigger(client, next.taskId))).status).toBe("completed");
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(await postgresPid(dataDir)).toBeUndefined();
});
