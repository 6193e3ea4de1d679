import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp, type TestWorkspace } from "../../test/app.ts";
import { fromId, toId } from "../base/ids.ts";
import { openConversation } from "../conversations/index.ts";
import { createDemo } from "./index.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

interface DemoShown {
  readonly agentIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly channelIds: readonly string[];
  readonly taskIds: readonly string[];
  readonly kept: readonly { kind: string; id: string; reason: { code: string; message: string } }[];
}

let made = 0;

/** A workspace with a demo in it. */
async function openDemo() {
  made += 1;
  const workspace = await app.newWorkspace(`demo ${made}`);
  await createDemo(app.core, workspace.id);
  const demo = await read(workspace);
  const [agentId = "", contactId = "", channelId = ""] = [
    ...[demo.agentIds[0], demo.contactIds[0], demo.channelIds[0]],
  ];
  return { workspace, demo, agentId, contactId, channelId };
}

async function read(workspace: TestWorkspace): Promise<DemoShown> {
  return (await workspace.send("GET", "/v1/demo")).body as DemoShown;
}

async function create(workspace: TestWorkspace, path: string, body: object): Promise<string> {
  const answer = await workspace.send("POST", path, { body });
  expect(answer.status).toBe(201);
  return (answer.body as { id: string }).id;
}

async function converse(workspace: TestWorkspace, contactId: string, channelId: string): Promise<string> {
  const parties = {
    ...{ contactId: fromId("contact", contactId) ?? "", channelId: fromId("channel", channelId) ?? "" },
  };
  const { id } = await app.core.db.tenant(workspace.id, (tx) => openConversation(app.core, tx, parties));
  return toId("conversation", id);
}

/** Removes it and answers what was said of it, which is what was announced. */
async function remove(workspace: TestWorkspace): Promise<DemoShown> {
  const announced = await read(workspace);
  const answer = await workspace.send("DELETE", "/v1/demo");
  expect([answer.status, answer.body]).toEqual([200, announced]);
  expect(await read(workspace)).toEqual({
    ...{ agentIds: [], contactIds: [], channelIds: [], taskIds: [], kept: [] },
  });
  return announced;
}

async function get(workspace: TestWorkspace, path: string) {
  const { status, body } = await workspace.send("GET", path);
  return { status, body };
}

const reasonsOf = ({ kept }: DemoShown) => kept.map(({ kind, reason }) => `${kind} ${reason.code}`);

test("is removed whole where nothing of one's own uses it", async () => {
  const { workspace, demo } = await openDemo();
  expect(await remove(workspace)).toEqual(demo);
  expect(demo).toMatchObject({ kept: [] });
  for (const path of ["agents", "contacts", "channels", "tasks", "model-providers", "conversations"])
    expect(await get(workspace, `/v1/${path}`)).toMatchObject({ body: { items: [] } });
});

test("leaves the channel on which another contact has a conversation, and the agent that answers there", async () => {
  const { workspace, demo, agentId, channelId } = await openDemo();
  const contactId = await create(workspace, "/v1/contacts", { name: "Ada" });
  const conversationId = await converse(workspace, contactId, channelId);
  expect(reasonsOf(await remove(workspace))).toEqual(["channel conversations", "agent channel"]);
  expect(await get(workspace, `/v1/conversations/${conversationId}`)).toMatchObject({ status: 200 });
  expect(await get(workspace, `/v1/channels/${channelId}`)).toMatchObject({
    body: { demo: false, defaultAgentId: agentId },
  });
  expect(await get(workspace, `/v1/agents/${agentId}`)).toMatchObject({ body: { demo: false } });
  expect(await get(workspace, "/v1/model-providers")).toMatchObject({
    body: { items: [{ kind: "sandbox" }] },
  });
  // The demo's contact and task are nobody's.
  expect(await get(workspace, `/v1/contacts/${demo.contactIds[0]}`)).toMatchObject({ status: 404 });
  expect(await get(workspace, `/v1/tasks/${demo.taskIds[0]}`)).toMatchObject({ status: 404 });
});

test.each([
  ["its agent", ({ agentId }) => ({ agentId }), ["agent task"]],
  // The demo's agent is the default one.
  ["no agent", () => ({}), ["agent task"]],
  ["its contact", ({ contactId }) => ({ contactId }), ["contact task", "agent task"]],
  ["its channel", ({ channelId }) => ({ channelId, mayWriteTo: "any" }), ["channel task", "agent task"]],
] as const satisfies readonly (readonly [
  string,
  (demo: { agentId: string; contactId: string; channelId: string }) => object,
  readonly string[],
])[])("leaves what a task of one's own works with: %s", async (_, fields, kept) => {
  const { workspace, ...demo } = await openDemo();
  const id = await create(workspace, "/v1/tasks", {
    name: "Own",
    description: "Say hello.",
    ...fields(demo),
  });
  const before = (await get(workspace, `/v1/tasks/${id}`)).body;
  expect(reasonsOf(await remove(workspace))).toEqual(kept);
  expect((await get(workspace, `/v1/tasks/${id}`)).body).toEqual(before);
});

test("leaves the conversations of its contact where that stays", async () => {
  const { workspace, contactId, channelId } = await openDemo();
  const conversationId = await converse(workspace, contactId, channelId);
  await create(workspace, "/v1/tasks", { name: "Own", description: "Say hello.", contactId });
  const kept = await remove(workspace);
  expect(reasonsOf(kept)).toEqual(["contact task", "channel conversations", "agent task"]);
  expect(await get(workspace, `/v1/conversations/${conversationId}`)).toMatchObject({ status: 200 });
});

test("takes along what only a task of one's own that has ended works with", async () => {
  const { workspace, contactId } = await openDemo();
  const fields = { name: "Own", description: "Say hello.", contactId };
  await create(workspace, "/v1/tasks", { ...fields, expiresAt: new Date(Date.now() + 60_000).toISOString() });
  await app.core.db.autocommit.query({ text: "update tasks set state = 'ended' where not demo", values: [] });
  expect(reasonsOf(await remove(workspace))).toEqual([]);
});

test("takes no model provider along that is not the sandbox", async () => {
  const { workspace, agentId } = await openDemo();
  const provider = { name: "OpenAI", kind: "openai", apiKey: "sk-0123456789" };
  const modelProviderId = await create(workspace, "/v1/model-providers", provider);
  await workspace.send("PATCH", `/v1/agents/${agentId}`, { body: { modelProviderId, model: "gpt-5-mini" } });
  await remove(workspace);
  expect(await get(workspace, `/v1/model-providers/${modelProviderId}`)).toMatchObject({ status: 200 });
});
