import { afterAll, beforeAll, expect, it } from "vitest";
import { type ModelServer, type RecordedRequest, startModelServer } from "../model-server.ts";
import { createPrograms, type Program, type Programs, postgresPid } from "../program.ts";
import {
  createCast,
  createContactTask,
  type ExecutionShown,
  type Listed,
  listOutbound,
  trigger,
  untilEnded,
  untilShown,
} from "../program-client.ts";

let programs: Programs;
let models: ModelServer;
let hangNext = false;

/** Each call takes a moment, so that a kill finds executions in every phase. */
async function play(request: RecordedRequest) {
  if (hangNext) {
    hangNext = false;
    return { hang: "after_headers" } as const;
  }
  const results = request.body?.messages?.filter(({ role }) => role === "tool").length ?? 0;
  const call =
    results === 0
      ? { name: "send_message", input: { text: "Hello, Anna!" } }
      : { name: "finish", input: { outcome: "message_sent", summary: "Said hello." } };
  return { toolCalls: [call], until: new Promise((resolve) => setTimeout(resolve, 120)) };
}

beforeAll(async () => {
  programs = createPrograms();
  models = await startModelServer(play);
});

afterAll(async () => {
  await programs.close();
  await models.close();
});

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const ended = new Set(["completed", "failed", "canceled"]);

it("loses and repeats nothing when it is killed, in a model call and five times under load", async () => {
  const dataDir = await programs.newDataDir();
  const env = { ERRAND_DEMO: "0", ERRAND_CONCURRENCY: "4" };
  let program: Program = await programs.start({ dataDir, env });
  const apiKey = program.apiKey ?? "";
  const client = () => program.client(apiKey);
  const cast = await createCast(client(), models.baseUrl);

  hangNext = true;
  const hanging = await createContactTask(client(), cast);
  const executionId = await trigger(client(), hanging.taskId);
  await models.waitForRequests(1);
  const postgres = (await postgresPid(dataDir)) ?? 0;
  await program.kill();
  expect(await postgresPid(dataDir)).toBe(postgres);
  const killedAt = performance.now();
  program = await programs.start({ dataDir, env });
  expect(program.output()).toContain("PostgreSQL was still running");

  const tasks = await Promise.all(Array.from({ length: 20 }, () => createContactTask(client(), cast)));
  const before = models.requests.length;
  await Promise.all(tasks.map(({ taskId }) => trigger(client(), taskId)));
  const random = seeded(20_261);
  for (let kills = 1; kills <= 5; kills += 1) {
    const called = models.requests.length;
    // By what it has done and not by the clock: a slow machine is killed at the same point.
    await models.waitForRequests(called + 1 + Math.floor(random() * 5));
    await program.kill();
    // Once the database's server goes too, as when the machine loses power.
    if (kills === 3) process.kill(postgres, "SIGKILL");
    program = await programs.start({ dataDir, env });
    expect(program.output().includes("PostgreSQL was still running")).toBe(kills !== 3);
  }

  const hung = await untilEnded(client(), executionId, 30_000);
  expect(hung).toMatchObject({ status: "completed", outcome: "message_sent" });
  expect(hung.attempt).toBeGreaterThan(1);
  expect(performance.now() - killedAt).toBeLessThan(60_000);
  const all = await untilShown("all executions to end", async () => {
    const { items } = await client().get<Listed<ExecutionShown>>("/v1/executions?limit=100&kind=task");
    return items.every(({ status }) => ended.has(status)) && items;
  });
  expect(all).toHaveLength(21);
  expect(all.filter(({ status, outcome }) => status !== "completed" || outcome !== "message_sent")).toEqual(
    [],
  );
  // The kills did interrupt something: more calls were made than 21 undisturbed executions make.
  expect(models.requests.length - before).toBeGreaterThan(42);
  const counts = await Promise.all(
    [hanging, ...tasks].map(async ({ contactId }) => (await listOutbound(client(), contactId)).length),
  );
  expect(counts).toEqual(counts.map(() => 1));
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(await postgresPid(dataDir)).toBeUndefined();
}, 120_000);
