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

const settled = (executions: readonly ExecutionShown[]) =>
  executions.every(({ status }) => status === "completed" || status === "failed");

it("loses and repeats nothing when it is killed, once in a model call and five times under load", async () => {
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
  const postgres = await postgresPid(dataDir);
  await program.kill();
  expect(await postgresPid(dataDir)).toBe(postgres);

  program = await programs.start({ dataDir, env });
  expect(program.output()).toContain("PostgreSQL was still running");
  expect(await untilEnded(client(), executionId)).toMatchObject({
    status: "completed",
    outcome: "message_sent",
    attempt: 2,
  });
  expect(await listOutbound(client(), hanging.contactId)).toHaveLength(1);

  const tasks = await Promise.all(Array.from({ length: 20 }, () => createContactTask(client(), cast)));
  const before = models.requests.length;
  await Promise.all(tasks.map(({ taskId }) => trigger(client(), taskId)));
  const random = seeded(20_261);
  for (let kills = 0; kills < 5; kills += 1) {
    const called = models.requests.length;
    // By what it has done and not by the clock: a slow machine is killed at the same point.
    await models.waitForRequests(called + 1 + Math.floor(random() * 5));
    await program.kill();
    program = await programs.start({ dataDir, env });
  }
  const all = await untilShown("all executions to end", async () => {
    const { items } = await client().get<Listed<ExecutionShown>>("/v1/executions?limit=100&kind=task");
    return settled(items) && items;
  });
  expect(all).toHaveLength(21);
  expect(all.filter(({ outcome }) => outcome !== "message_sent")).toEqual([]);
  // The kills did interrupt something: more calls were made than 20 undisturbed executions make.
  expect(models.requests.length - before).toBeGreaterThan(40);
  const counts = await Promise.all(
    tasks.map(async ({ contactId }) => (await listOutbound(client(), contactId)).length),
  );
  expect(counts).toEqual(tasks.map(() => 1));
  expect(await program.stop()).toEqual({ code: 0, signal: null });
}, 120_000);

it("starts on what is left when PostgreSQL was killed with it", async () => {
  const dataDir = await programs.newDataDir();
  const env = { ERRAND_DEMO: "0" };
  const first = await programs.start({ dataDir, env });
  const { apiKey } = first;
  const task = await createContactTask(first.client(), await createCast(first.client()));
  const executionId = await trigger(first.client(), task.taskId);
  const postgres = (await postgresPid(dataDir)) ?? 0;
  await first.kill();
  process.kill(postgres, "SIGKILL");

  const second = await programs.start({ dataDir, env });
  expect(await untilEnded(second.client(apiKey), executionId)).toMatchObject({ status: "completed" });
  expect(await listOutbound(second.client(apiKey), task.contactId)).toHaveLength(1);
  expect(await second.stop()).toEqual({ code: 0, signal: null });
});
