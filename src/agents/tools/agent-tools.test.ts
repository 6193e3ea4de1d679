import { afterAll, beforeAll, expect, it } from "vitest";
import { addKinds, beginLife, enqueue, type Life, readSteps } from "../../../test/engine.ts";
import { requireRow } from "../../base/errors.ts";
import { fromId, newId } from "../../base/ids.ts";
import type { AgentTool } from "../loop/tool.ts";
import { createAgentTools } from "./agent-tools.ts";
import type { ToolSnapshot } from "./tool-definition.ts";
import {
  answerJson,
  createToolsFixture,
  type Json,
  startToolServer,
  type ToolServer,
  type ToolsFixture,
} from "./tools.test-support.ts";
import { loadToolSnapshots } from "./tools.ts";

let fixture: ToolsFixture;
let server: ToolServer;
let workspaceId: string;
beforeAll(async () => {
  fixture = await createToolsFixture();
  workspaceId = fixture.api.workspaceId;
  server = await startToolServer();
  addKinds(fixture.core, { name: "test", run: async () => ({ status: "completed", outcome: "none" }) });
});
afterAll(async () => {
  await server.close();
  await fixture.close();
});

const inputSchema = { type: "object", properties: { orderId: { type: "string" } }, required: ["orderId"] };

async function save(fields: Json = {}): Promise<ToolSnapshot> {
  const name = `tool_${newId().replaceAll("-", "")}`;
  const { id } = await fixture.newTool({ name, url: `${server.url}/orders`, inputSchema, ...fields });
  const uuid = requireRow(fromId("tool", id), "reading a tool's id");
  const [snapshot] = await fixture.core.db.tenant(workspaceId, (tx) => loadToolSnapshots(tx, [uuid]));
  return requireRow(snapshot, "loading a tool");
}

/** The tool in a new attempt at an execution, made of what the journal keeps. */
async function toolIn(id: string, snapshot: ToolSnapshot): Promise<{ tool: AgentTool; life: Life }> {
  const life = await beginLife(fixture.core, id);
  const kept: ToolSnapshot = JSON.parse(JSON.stringify(snapshot));
  const [tool] = createAgentTools(fixture.core, life.ctx, [kept]);
  return { tool: requireRow(tool, "making a tool"), life };
}

const newExecution = () => enqueue(fixture.core, workspaceId, { kind: "test" });

it("tells the model of the tool, and checks arguments by its schema", async () => {
  const snapshot = await save({ description: "Looks up an order." });
  const { tool } = await toolIn(await newExecution(), snapshot);
  expect(tool).toMatchObject({ name: snapshot.name, description: "Looks up an order.", inputSchema });
  expect(tool.check({ orderId: "1" })).toEqual({ ok: true, input: { orderId: "1" } });
  expect(tool.check({})).toMatchObject({ ok: false });
});

it("records intent and answer, without the secret, and answers from the journal later", async () => {
  const secret = "very-secret-token";
  server.answerWith((request, response) => answerJson({ headers: request.headers })(request, response));
  const snapshot = await save({ auth: { kind: "bearer", secret } });
  const id = await newExecution();
  const before = server.requests.length;
  const outcome = await (await toolIn(id, snapshot)).tool.run({ orderId: "42" });
  expect(outcome.output).toMatchObject({
    status: 200,
    body: { headers: { authorization: "Bearer [secret]" } },
  });
  expect(server.requests.at(-1)?.headers["idempotency-key"]).toBe(`${id}:1`);

  const steps = await readSteps(fixture.core, workspaceId, id);
  expect(steps.map(({ kind, name }) => [kind, name])).toEqual([
    ["tool_intent", snapshot.name],
    ["tool_result", snapshot.name],
  ]);
  expect(steps[0]?.payload).toMatchObject({ input: { orderId: "42" }, toolCall: true });
  expect(JSON.stringify([steps, snapshot])).not.toContain(secret);

  // The tool is gone by then, and the contact's data may be others: nothing but the journal counts.
  await fixture.core.db.tenant(workspaceId, (tx) =>
    tx.query({ text: "delete from tools where id = $1", values: [snapshot.id] }),
  );
  expect(await (await toolIn(id, snapshot)).tool.run({ orderId: "42" })).toEqual(outcome);
  expect(server.requests.length).toBe(before + 1);
});

/** A first attempt that ends while the server has the request, and what a second one makes of it. */
async function runAfterCrash(snapshot: ToolSnapshot) {
  const id = await newExecution();
  const before = server.requests.length;
  const { tool, life } = await toolIn(id, snapshot);
  server.answerWith(() => life.abort.abort(new Error("the process ended")));
  await expect(tool.run({ orderId: "42" })).rejects.toThrow("the process ended");
  server.answerWith(answerJson({ ok: true }));
  const outcome = await (await toolIn(id, snapshot)).tool.run({ orderId: "42" });
  const keys = server.requests.slice(before).map(({ headers }) => headers["idempotency-key"]);
  return { outcome, keys, id };
}

it("makes a call again that a crash cut off, if the tool allows it, with the same key", async () => {
  const { outcome, keys, id } = await runAfterCrash(await save());
  expect(outcome.output).toEqual({ status: 200, body: { ok: true } });
  expect(keys).toEqual([`${id}:1`, `${id}:1`]);
});

it("does not make a call again otherwise, and says that its end is not known", async () => {
  const { outcome, keys } = await runAfterCrash(await save({ method: "POST" }));
  expect(outcome.output).toMatchObject({ status: "unknown", reason: { code: "unknown" } });
  expect(keys).toHaveLength(1);
});

it.each([
  [200, "answered"],
  [204, "answered"],
  [304, undefined],
  [404, undefined],
  [500, undefined],
])("counts an answer %i as %s", async (status, did) => {
  server.answerWith((_request, response) => void response.writeHead(status).end());
  const { tool } = await toolIn(await newExecution(), await save({ method: "POST" }));
  const outcome = await tool.run({ orderId: "42" });
  expect(outcome.output).toMatchObject({ status });
  expect(outcome.did).toBe(did);
});

it("tells the model why there is no answer", async () => {
  const snapshot = await save({ url: "http://10.0.0.1/" });
  const { tool } = await toolIn(await newExecution(), snapshot);
  expect((await tool.run({ orderId: "1" })).output).toMatchObject({
    status: "failed",
    reason: { code: "address_not_allowed" },
  });
});
