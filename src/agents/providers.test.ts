import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { type ModelServer, startModelServer } from "../../test/model-server.ts";
import { until } from "../../test/until.ts";
import { contribute } from "../base/extensions.ts";
import { newId } from "../base/ids.ts";
import { createContact, loadContactForAgent } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import {
  createMaintenance,
  createWorker,
  enqueueExecution,
  executionKinds,
  getExecution,
} from "../engine/index.ts";
import {
  agentsModule,
  buildTaskPrompt,
  createModelProvider,
  runAgent,
  updateModelProvider,
} from "./index.ts";

const origin = { caller: null, requestId: null };
const limits = { maxIterations: 10, maxToolCalls: 10, maxCostUsd: null };

let core: TestCore;
let workspaceId: string;
let contactId: string;
let server: ModelServer;
const stops: (() => Promise<void>)[] = [];
const sent: string[] = [];

beforeAll(async () => {
  core = await createTestCore();
  server = await startModelServer();
  core.extensions.add([
    // No `createModel`: the models are the real ones.
    ...(agentsModule(core).contributions ?? []),
    contribute(executionKinds, {
      name: "test",
      run: (ctx) =>
        runAgent(core, ctx, {
          mode: "task",
          start: (tx) => start(tx, ctx.execution.input as { modelProviderId: string; model: string }),
          send: async (_tx, { text }) => {
            sent.push(text);
            return { accepted: true, messageId: newId(), conversationId: newId() };
          },
        }),
    }),
  ]);
  workspaceId = await core.newWorkspace();
  contactId = await tenant(async (tx) => (await createContact(core, tx, { name: "Anna" }, origin)).id);
  for (const service of [createWorker(core, { concurrency: 4 }), createMaintenance(core, "worker")])
    stops.push(await service.start());
});

afterAll(async () => {
  for (const stop of stops) await stop();
  await server.close();
  await core.close();
});

const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);

async function start(tx: TenantTx, { modelProviderId, model }: { modelProviderId: string; model: string }) {
  const agent = {
    id: newId(),
    name: "Mia",
    instructions: "Be brief.",
    modelProviderId,
    model,
    temperature: null,
    maxOutputTokens: null,
    language: null,
    guidance: "",
    toolIds: [],
    knowledgeIds: [],
    limits: {},
    dailyCostUsd: null,
    monthlyCostUsd: null,
  };
  const prompt = buildTaskPrompt({
    agent,
    task: { name: "Reminder", description: "Remind her of the appointment." },
    contact: (await loadContactForAgent(tx, contactId)) ?? null,
    previousSummary: null,
    recentMessages: [],
    now: new Date("2027-03-01T09:00:00Z"),
    timezone: "Europe/Berlin",
    limits: { ...limits, maxTimeSeconds: 900 },
  });
  return { agent, prompt, limits, contactId, data: null };
}

async function run(modelProviderId: string, model: string) {
  sent.length = 0;
  const id = await tenant((tx) =>
    enqueueExecution(core, tx, {
      ...{ kind: "test", lane: "manual", trigger: "manual" },
      input: { modelProviderId, model },
    }),
  );
  return await until("the end of the execution", async () => {
    const execution = await tenant((tx) => getExecution(tx, id));
    return execution?.completedAt ? execution : undefined;
  });
}

it("carries a task out on the sandbox, which says what it is", async () => {
  const provider = await tenant((tx) =>
    createModelProvider(core, tx, { name: "S", kind: "sandbox" }, origin),
  );
  const execution = await run(provider.id, "sandbox");
  expect(execution).toMatchObject({
    status: "completed",
    outcome: "message_sent",
    iterations: 2,
    toolCalls: 2,
  });
  expect(sent).toEqual([expect.stringMatching(/Anna.*Remind her of the appointment.*\(sandbox model\)/s)]);
  expect(execution.summary).toContain("(sandbox model)");
});

it("carries a task out on an OpenAI-compatible server, with the key as it is at each call", async () => {
  const { id } = await tenant((tx) =>
    createModelProvider(
      core,
      tx,
      { name: "Local", kind: "openai_compatible", baseUrl: server.baseUrl, apiKey: "sk-old" },
      origin,
    ),
  );
  const changed = Promise.withResolvers<void>();
  server.play(
    { toolCalls: [{ name: "send_message", input: { text: "Hello Anna" } }], until: changed.promise },
    { toolCalls: [{ name: "finish", arguments: '{"outcome": "message_sent"' }] },
    { toolCalls: [{ name: "finish", input: { outcome: "message_sent", summary: "Reminded her." } }] },
  );
  const running = run(id, "gpt-4o-mini");
  await server.waitForRequests(1);
  await tenant((tx) => updateModelProvider(core, tx, id, { apiKey: "sk-new" }, origin));
  changed.resolve();
  expect(await running).toMatchObject({
    status: "completed",
    outcome: "message_sent",
    summary: "Reminded her.",
    iterations: 3,
    inputTokens: 33,
    outputTokens: 21,
  });
  expect(sent).toEqual(["Hello Anna"]);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer sk-old",
    "Bearer sk-new",
    "Bearer sk-new",
  ]);
  const [first, , third] = server.requests;
  expect(first?.body?.tools?.map((tool) => tool.function.name)).toEqual([
    "send_message",
    "remember",
    "wait",
    "finish",
  ]);
  expect(third?.body?.messages?.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
  expect(JSON.stringify(third?.body?.messages?.at(-1))).toContain("invalid");
});

it("ends with the provider's reason when the server refuses", async () => {
  const { id } = await tenant((tx) =>
    createModelProvider(core, tx, { name: "L", kind: "openai_compatible", baseUrl: server.baseUrl }, origin),
  );
  server.play({ status: 401, message: "Incorrect API key." });
  expect(await run(id, "gpt-4o-mini")).toMatchObject({
    status: "failed",
    outcome: "none",
    reasonCode: "model_unauthorized",
    reasonMessage: expect.stringContaining("Incorrect API key."),
  });
});

it("says so when the stored key was sealed with another secret", async () => {
  const { id } = await tenant((tx) =>
    createModelProvider(
      core,
      tx,
      { name: "L", kind: "openai_compatible", baseUrl: server.baseUrl, apiKey: "sk" },
      origin,
    ),
  );
  await tenant((tx) =>
    tx.query({ text: "update model_providers set api_key_sealed = '\\x0100' where id = $1", values: [id] }),
  );
  expect(await run(id, "gpt-4o-mini")).toMatchObject({
    reasonCode: "model_unauthorized",
    reasonMessage: expect.stringContaining("cannot be decrypted"),
  });
});

it("makes so many calls at once as the provider allows, from the next call on", async () => {
  const { id } = await tenant((tx) =>
    createModelProvider(
      core,
      tx,
      { name: "One", kind: "openai_compatible", baseUrl: server.baseUrl, maxConcurrent: 1 },
      origin,
    ),
  );
  const before = server.requests.length;
  const released = Promise.withResolvers<void>();
  const done = { toolCalls: [{ name: "finish", input: { outcome: "no_action_needed", summary: "Done." } }] };
  server.play({ ...done, until: released.promise }, done, { ...done, until: released.promise }, done);
  const two = [run(id, "gpt-4o-mini"), run(id, "gpt-4o-mini")];
  await server.waitForRequests(before + 1);
  // The other execution runs too: it waits for the place.
  await until("both executions at work", async () => {
    const { rows } = await tenant((tx) =>
      tx.query<{ count: number }>({
        text: "select count(*)::int as count from executions where status = 'running'",
      }),
    );
    return rows[0]?.count === 2 ? true : undefined;
  });
  expect(server.requests).toHaveLength(before + 1);
  released.resolve();
  expect(await Promise.all(two)).toMatchObject([{ status: "completed" }, { status: "completed" }]);
  expect(server.requests).toHaveLength(before + 2);

  await tenant((tx) => updateModelProvider(core, tx, id, { maxConcurrent: 2 }, origin));
  const again = [run(id, "gpt-4o-mini"), run(id, "gpt-4o-mini")];
  await server.waitForRequests(before + 4);
  expect(await Promise.all(again)).toMatchObject([{ status: "completed" }, { status: "completed" }]);
});
