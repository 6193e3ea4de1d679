import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ChangeKind, decodeChange, type PlacedChange } from "../../src/base/change.ts";
import { fillIds } from "../access/bodies.ts";
import { makeMember, makeObject, makeOfKind } from "../access/objects.ts";
import { type Operation, readOperations } from "../access/operations.ts";
import { createTestApp, type TestApp, type TestWorkspace } from "../app.ts";

/**
 * Whatever a request changes is announced, for every operation that the API's own document names. An operation that is
 * added later is covered without a change here, unless it changes nothing that can be watched.
 */

const app: TestApp = await createTestApp();
const operations = readOperations((await app.send("GET", "/openapi.json")).body);
afterAll(() => app.close());

/** A new one for each test, so that none leaves it frozen for another. */
let workspace: TestWorkspace;
let heard: PlacedChange[] = [];
beforeAll(() => {
  app.core.signals.listen("live", (signal) => {
    const change = decodeChange(signal);
    if (change !== undefined) heard.push(change);
  });
});
beforeEach(async () => {
  workspace = await app.newWorkspace("test");
  heard = [];
});

/** What stands first in a path → the kind of object that its operations change. */
const kindOf: Readonly<Record<string, ChangeKind>> = {
  tasks: "task",
  executions: "execution",
  conversations: "conversation",
  contacts: "contact",
  agents: "agent",
  channels: "channel",
  notifications: "notification",
  workspace: "workspace",
  members: "member",
  invitations: "invitation",
  "api-keys": "apiKey",
  "model-providers": "modelProvider",
  tools: "tool",
  knowledge: "knowledge",
  demo: "workspace",
};

/** They change nothing, or nothing that can be watched. */
const silent: ReadonlySet<string> = new Set([
  "POST /mcp",
  "POST /v1/agents/test",
  "POST /v1/auth/sign-out",
  "POST /v1/model-providers/{modelProviderId}/test",
  "POST /v1/schedules/preview",
  "POST /v1/tasks/audience/preview",
  "POST /v1/tools/{toolId}/test",
  "PATCH /v1/notifications/preferences",
]);

/** What a new object of the example does not allow, or does not change; below they get what they need. */
const needsMore: ReadonlySet<string> = new Set([
  "POST /v1/contacts/{contactId}/opt-in",
  "POST /v1/conversations/{conversationId}/hand-back",
  "PATCH /v1/members/{memberId}",
  "PATCH /v1/model-providers/{modelProviderId}",
  "POST /v1/executions/{executionId}/replay",
  "POST /v1/notifications/read-all",
  "POST /v1/tasks",
  "POST /v1/tasks/{taskId}/resume",
  "POST /v1/workspace/unfreeze",
]);

const writing = operations.filter(
  ({ method, security, name }) => method !== "GET" && security.includes("apiKey") && !silent.has(name),
);

async function makePath(operation: Operation): Promise<string> {
  const values: Record<string, string> = {};
  for (const name of operation.pathParameters) values[name] = await makeObject(app, workspace, name, values);
  return operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? name);
}

/** Sends a request that must succeed and answers the kinds of what it changed in the workspace. */
async function kindsChangedBy(method: string, path: string, body?: unknown): Promise<readonly string[]> {
  heard = [];
  const answer = await workspace.send(method, path, body === undefined ? {} : { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  expect(heard.filter(({ workspaceId }) => workspaceId !== workspace.id)).toEqual([]);
  return [...new Set(heard.map(({ kind }) => kind))];
}

test("the exceptions are operations of the API", () => {
  const names = operations.map(({ name }) => name);
  expect([...silent, ...needsMore].filter((name) => !names.includes(name))).toEqual([]);
});

describe("a request that changes something announces it", () => {
  test.each(writing.filter(({ name }) => !needsMore.has(name)))("$name", async (operation) => {
    const [, , segment = ""] = operation.path.split("/");
    const kind = kindOf[segment];
    expect(kind, "add the path's beginning to kindOf, or the operation to silent").toBeDefined();
    const path = await makePath(operation);
    const body =
      operation.body &&
      (await fillIds(operation.body, operation.idFields, (of) => makeOfKind(app, workspace, of)));
    expect(await kindsChangedBy(operation.method, path, body)).toContain(kind);
  });

  test("a member's new role, and a model provider's new name", async () => {
    const member = `/v1/members/${await makeOfKind(app, workspace, "member")}`;
    expect(await kindsChangedBy("PATCH", member, { role: "admin" })).toEqual(["member"]);
    const provider = `/v1/model-providers/${await makeOfKind(app, workspace, "modelProvider")}`;
    expect(await kindsChangedBy("PATCH", provider, { name: "Other" })).toEqual(["modelProvider"]);
  });

  test("a task that is made", async () => {
    const agentId = await makeOfKind(app, workspace, "agent");
    const task = { name: "Report", description: "Write a report.", agentId };
    expect(await kindsChangedBy("POST", "/v1/tasks", task)).toEqual(["task"]);
  });

  test("an opt-out that ends", async () => {
    const path = `/v1/contacts/${await makeOfKind(app, workspace, "contact")}`;
    await workspace.send("POST", `${path}/opt-out`, { body: { reason: "asked" } });
    expect(await kindsChangedBy("POST", `${path}/opt-in`)).toEqual(["contact"]);
  });

  test("a task that was paused and goes on, and its run that is begun again", async () => {
    const taskId = await makeOfKind(app, workspace, "task");
    await workspace.send("POST", `/v1/tasks/${taskId}/pause`);
    expect(await kindsChangedBy("POST", `/v1/tasks/${taskId}/resume`)).toEqual(["task"]);
    const { body } = await workspace.send("POST", `/v1/tasks/${taskId}/trigger`);
    const { id } = body as { readonly id: string };
    await workspace.send("POST", `/v1/executions/${id}/cancel`);
    expect(await kindsChangedBy("POST", `/v1/executions/${id}/replay`)).toEqual(
      expect.arrayContaining(["execution", "task"]),
    );
  });

  test("a freeze that ends", async () => {
    await workspace.send("POST", "/v1/workspace/freeze", { body: { reason: "drill" } });
    expect(await kindsChangedBy("POST", "/v1/workspace/unfreeze")).toContain("workspace");
  });

  test("notifications that are all read, unless they were", async () => {
    await makeOfKind(app, workspace, "notification");
    expect(await kindsChangedBy("POST", "/v1/notifications/read-all")).toEqual(["notification"]);
    expect(await kindsChangedBy("POST", "/v1/notifications/read-all")).toEqual([]);
  });

  test("a person who takes over a conversation, and gives it back", async () => {
    const agentId = await makeOfKind(app, workspace, "agent");
    const path = `/v1/conversations/${await makeOfKind(app, workspace, "conversation")}`;
    const { body } = await workspace.send("GET", path);
    const { channelId } = body as { readonly channelId: string };
    await workspace.send("PATCH", `/v1/channels/${channelId}`, { body: { defaultAgentId: agentId } });
    await workspace.send("POST", `${path}/messages`, { body: { text: "A person here." } });
    expect(await kindsChangedBy("POST", `${path}/hand-back`)).toContain("conversation");
  });
});

test("who joins is announced, and the invitation that brought them", async () => {
  await makeMember(app, workspace, "viewer");
  expect(heard.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["member", "invitation"]));
  expect(heard.every(({ workspaceId }) => workspaceId === workspace.id)).toBe(true);
});

test("what a contact writes changes its conversation, itself and the executions", async () => {
  await makeOfKind(app, workspace, "conversation");
  expect([...new Set(heard.map(({ kind }) => kind))]).toEqual(
    expect.arrayContaining(["conversation", "contact", "execution"]),
  );
});

test("what hangs on something that is deleted is announced with it", async () => {
  const agentId = await makeOfKind(app, workspace, "agent");
  expect(await kindsChangedBy("DELETE", `/v1/agents/${agentId}`)).toEqual(
    expect.arrayContaining(["agent", "task", "channel"]),
  );
  const conversation = await workspace.send(
    "GET",
    `/v1/conversations/${await makeOfKind(app, workspace, "conversation")}`,
  );
  const { contactId } = conversation.body as { readonly contactId: string };
  expect(await kindsChangedBy("DELETE", `/v1/contacts/${contactId}`)).toEqual(
    expect.arrayContaining(["contact", "conversation", "execution"]),
  );
});

test("a request that is refused announces nothing", async () => {
  const taskId = await makeOfKind(app, workspace, "task");
  heard = [];
  const { status } = await workspace.send("PATCH", `/v1/tasks/${taskId}`, { body: { name: "" } });
  expect([status, heard]).toEqual([422, []]);
});
