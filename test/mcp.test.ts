import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Scope } from "../src/base/route.ts";
import { createTestApp, type TestApp, type TestWorkspace } from "./app.ts";
import { until } from "./until.ts";

let app: TestApp;
const clients: Client[] = [];

beforeAll(async () => {
  app = await createTestApp({ running: true });
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await app.close();
});

async function connect(workspace: TestWorkspace, scope: Scope): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  clients.push(client);
  const headers = { authorization: `Bearer ${workspace.keys[scope]}` };
  const transport = new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), {
    requestInit: { headers },
  });
  await client.connect(transport);
  return client;
}

const identified = z.looseObject({ id: z.string() });
const listed = z.object({ items: z.array(identified) });

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const { isError, content } = await client.callTool({ name, arguments: args });
  const [{ text }] = z.tuple([z.object({ text: z.string() })]).parse(content);
  if (isError === true) throw new Error(text);
  return JSON.parse(text);
}

test("a program sets up a task, runs it and reads what came of it, all through MCP", async () => {
  const { first } = app;
  const provider = await first.send("POST", "/v1/model-providers", {
    body: { name: "Sandbox", kind: "sandbox" },
  });
  const agent = { name: "Mia", instructions: "Be kind.", model: "sandbox", isDefault: true };
  const modelProviderId = identified.parse(provider.body).id;
  await first.send("POST", "/v1/agents", { body: { ...agent, modelProviderId } });
  await first.send("POST", "/v1/channels", { body: { name: "Site", platform: "web", kind: "api" } });

  const client = await connect(first, "write");
  const contact = identified.parse(await call(client, "create_contact", { name: "Anna Keller" }));
  const schedule = { kind: "weekly", weekdays: ["monday"], time: "09:00", timezone: "Europe/Berlin" };
  const task = identified.parse(
    await call(client, "create_task", {
      name: "Check-in",
      description: "Ask how the first week went.",
      contactId: contact.id,
      schedule,
    }),
  );
  const paused = await call(client, "pause_task", { taskId: task.id, note: "Holiday" });
  expect(paused).toMatchObject({ state: "paused", nextRunAt: null });
  expect(await call(client, "resume_task", { taskId: task.id })).toMatchObject({ state: "active" });
  const execution = identified.parse(await call(client, "trigger_task", { taskId: task.id }));
  await until("the run's end", async () => {
    const { status } = (await call(client, "get_execution", { executionId: execution.id })) as {
      status: string;
    };
    return status === "completed";
  });
  const steps = (await call(client, "list_execution_steps", { executionId: execution.id })) as {
    items: readonly { readonly kind: string }[];
  };
  expect(steps.items.map(({ kind }) => kind)).toContain("message");
  const { items } = listed.parse(await call(client, "list_conversations", { contactId: contact.id }));
  expect(items).toHaveLength(1);
  const messages = listed.parse(await call(client, "list_messages", { conversationId: items[0]?.id }));
  expect(messages.items).toMatchObject([{ direction: "out", status: "sent" }]);
  await call(client, "cancel_task", { taskId: task.id });
  expect(listed.parse(await call(client, "list_tasks", { state: "active", limit: 5 })).items).toHaveLength(1);
}, 30_000);

test("another workspace's objects are not there", async () => {
  const ours = await connect(app.first, "admin");
  const { id } = identified.parse(await call(ours, "create_contact", { name: "Ours" }));
  const theirs = await connect(app.second, "admin");
  await expect(call(theirs, "get_contact", { contactId: id })).rejects.toThrow("not_found");
  expect(listed.parse(await call(theirs, "list_contacts")).items).toEqual([]);
  const body = { name: "Spy", description: "Look.", contactId: id };
  await expect(call(theirs, "create_task", body)).rejects.toThrow(/"path":"contactId"/);
});

test("a call with a missing or misnamed id is told which one", async () => {
  const client = await connect(app.first, "write");
  const task = identified.parse(await call(client, "create_task", { name: "A", description: "Look." }));
  const faulty = [
    ["get_task", {}, ["taskId"]],
    ["get_task", { id: task.id }, ["taskId", "id"]],
    ["pause_task", { task_id: task.id }, ["taskId", "task_id"]],
    ["update_task", { taskId: 5 }, ["taskId"]],
  ] as const;
  for (const [name, args, paths] of faulty) {
    const refusal = await call(client, name, args).catch((error: Error) => JSON.parse(error.message));
    expect(refusal).toMatchObject({ code: "invalid_request", errors: paths.map((path) => ({ path })) });
  }
});

test("what only reads is marked so, and nothing that a reading key may not do is offered to it", async () => {
  const [reading, writing] = await Promise.all(
    (["read", "write"] as const).map(
      async (scope) => (await (await connect(app.first, scope)).listTools()).tools,
    ),
  );
  expect(reading?.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
  const destructive = writing?.flatMap(({ name, annotations }) =>
    annotations?.destructiveHint ? [name] : [],
  );
  // Whatever replaces or ends something, and what may at once write to a customer.
  expect(destructive).toEqual(
    expect.arrayContaining(["cancel_task", "delete_task", "delete_contact", "put_contact", "opt_in_contact"]),
  );
  const hints = new Map(writing?.map(({ name, annotations }) => [name, annotations]));
  for (const name of ["trigger_task", "replay_execution"])
    expect(hints.get(name)).toMatchObject({ destructiveHint: true, openWorldHint: true });
  for (const name of ["create_task", "resume_task"])
    expect(hints.get(name)).toMatchObject({ destructiveHint: false, openWorldHint: true });
  expect(hints.get("create_contact")).toMatchObject({ destructiveHint: false, openWorldHint: false });
  expect(writing?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["create_task", "update_task", "trigger_task", "pause_task", "resume_task"]),
  );
});
