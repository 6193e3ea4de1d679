import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { createTestCore } from "../../test/core.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { contribute, Extensions } from "../base/extensions.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import { agentExists, channelInUse, channelsModule, clearDefaultAgent } from "./index.ts";

let api: TestApi;
const agentId = newId();
const used = new Set<string>();

beforeAll(async () => {
  const extensions = new Extensions();
  extensions.add([
    contribute(agentExists, async (_tx, id) => id === agentId),
    contribute(channelInUse, async (_tx, id) => used.has(id)),
  ]);
  const core = await createTestCore({ extensions });
  api = await createModuleApi(core, [channelsModule(core)]);
});
afterAll(() => api.close());

const web = { platform: "web", kind: "widget", name: "Website" };

async function create(body: Record<string, unknown> = {}): Promise<{ readonly id: string }> {
  const answer = await api.send("POST", "/v1/channels", { body: { ...web, ...body } });
  expect(answer.status).toBe(201);
  return answer.body as { id: string };
}

test("a channel is connected, read, changed and deleted", async () => {
  const channel = await create({ defaultAgentId: toId("agent", agentId) });
  expect(channel).toMatchObject({
    ...web,
    status: "connected",
    mayWriteFirst: true,
    defaultAgentId: toId("agent", agentId),
  });
  expect(JSON.stringify(channel)).not.toContain("secret");
  expect((await api.send("GET", `/v1/channels/${channel.id}`)).body).toEqual(channel);
  const body = { status: "disabled", kind: "page", defaultAgentId: null };
  const changed = await api.send("PATCH", `/v1/channels/${channel.id}`, { body });
  expect(changed.body).toMatchObject(body);
  const listed = await api.send("GET", "/v1/channels?status=disabled");
  expect(listed.body).toMatchObject({ items: [{ id: channel.id }], nextCursor: null });
  expect((await api.send("GET", "/v1/channels?status=disabled&q=EBSI")).body).toEqual(listed.body);
  expect((await api.send("GET", "/v1/channels?q=web_ite")).body).toMatchObject({ items: [] });
  expect((await api.send("DELETE", `/v1/channels/${channel.id}`)).status).toBe(204);
  expect((await api.send("GET", `/v1/channels/${channel.id}`)).status).toBe(404);
});

test.each([
  [{ platform: "telegram" }, "platform"],
  [{ kind: "cloud_api" }, "kind"],
  [{ defaultAgentId: toId("agent", newId()) }, "defaultAgentId"],
])("%j is refused at %s", async (body, path) => {
  const answer = await api.send("POST", "/v1/channels", { body: { ...web, ...body } });
  expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ path }] }]);
});

test("the secret is for admins, can be replaced, and both are on record", async () => {
  const { id } = await create();
  const path = `/v1/channels/${id}/secret`;
  expect((await api.send("GET", path)).status).toBe(403);
  expect((await api.send("POST", `${path}/rotate`)).status).toBe(403);
  const first = await api.send("GET", path, { scope: "admin" });
  expect(first.body).toEqual({ secret: expect.stringMatching(/^[\w-]{43}$/) });
  const rotated = await api.send("POST", `${path}/rotate`, { scope: "admin" });
  expect(rotated.body).not.toEqual(first.body);
  expect((await api.send("GET", path, { scope: "admin" })).body).toEqual(rotated.body);
  const { rows } = await api.core.db.autocommit.query<{ action: string; changes: unknown }>({
    text: "select action, changes from audit_log where target_id = $1 order by id",
    values: [fromId("channel", id)],
  });
  expect(rows.slice(1)).toEqual([
    { action: "channel.read_secret", changes: {} },
    { action: "channel.rotate_secret", changes: {} },
    { action: "channel.read_secret", changes: {} },
  ]);
});

test("a channel with conversations is only deleted if that is said", async () => {
  const { id } = await create();
  used.add(fromId("channel", id) ?? "");
  const kept = await api.send("DELETE", `/v1/channels/${id}`);
  expect([kept.status, kept.body]).toMatchObject([409, { code: "channel_in_use" }]);
  expect((await api.send("DELETE", `/v1/channels/${id}?withConversations=true`)).status).toBe(204);
});

test("the channels of an agent that is gone have no default agent", async () => {
  const { id } = await create({ defaultAgentId: toId("agent", agentId) });
  await api.core.db.tenant(api.workspaceId, (tx) => clearDefaultAgent(tx, agentId));
  expect((await api.send("GET", `/v1/channels/${id}`)).body).toMatchObject({ defaultAgentId: null });
});
