import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApi, type Received, type SendOptions, type TestApi } from "../../test/api.ts";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { contribute } from "../base/extensions.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import type { Scope } from "../base/route.ts";
import { agentExists, createChannel, getChannel } from "../channels/index.ts";
import { gateFacts } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import { reserveCost, settleCost } from "../usage/index.ts";
import { agentDeleted, agentsModule, findDefaultAgent, listModelAddresses } from "./index.ts";
import { readProviderAccess } from "./model-providers.ts";

let core: TestCore;
let api: TestApi;
let workspaceId: string;
const deletedAgents: string[] = [];
const keys = { read: newId(), write: newId(), admin: newId() };

beforeAll(async () => {
  core = await createTestCore();
  const module = agentsModule(core);
  core.extensions.add([
    ...(module.contributions ?? []),
    contribute(agentDeleted, async (_tx, agentId) => {
      deletedAgents.push(agentId);
    }),
  ]);
  api = await createTestApi(module.routes ?? [], {
    core,
    // As in the helper, but for the workspace of the test.
    authenticate: async ({ headers }) => {
      const scope = String(headers.authorization).replace("Bearer scope-", "") as Scope;
      const isKnown = Object.hasOwn(keys, scope);
      return isKnown ? { workspaceId, kind: "api_key", id: keys[scope], scope, role: null } : undefined;
    },
  });
});

afterAll(() => api.close());

/** Every test has a workspace of its own. */
async function newWorkspace(): Promise<void> {
  workspaceId = await core.newWorkspace();
}

const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);

type Json = Readonly<Record<string, unknown>>;

async function request(method: string, path: string, body?: unknown, options: SendOptions = {}) {
  const received: Received = await api.send(method, `/v1${path}`, {
    scope: "admin",
    ...options,
    ...(body === undefined ? {} : { body }),
  });
  return { status: received.status, body: received.body as Json };
}

function fieldErrors(body: Json): readonly string[] {
  const errors = (body.errors ?? []) as readonly { readonly path: string; readonly code: string }[];
  return errors.map(({ path, code }) => `${path} ${code}`);
}

async function newProvider(extra: Json = {}): Promise<string> {
  const body = { name: "Local", kind: "openai_compatible", baseUrl: "http://localhost:11434/v1", ...extra };
  const { status, body: provider } = await request("POST", "/model-providers", body);
  expect(status).toBe(201);
  return String(provider.id);
}

async function newAgent(extra: Json = {}): Promise<Json> {
  const modelProviderId = extra.modelProviderId ?? (await newProvider());
  const base = { name: "Mia", instructions: "Be brief.", model: "llama3.1" };
  const { status, body } = await request("POST", "/agents", { ...base, modelProviderId, ...extra });
  expect(status).toBe(201);
  return body;
}

async function auditEntries(): Promise<readonly { action: string; changes: Json }[]> {
  const { rows } = await tenant((tx) =>
    tx.query<{ action: string; changes: Json }>({
      text: "select action, changes from audit_log order by id",
    }),
  );
  return rows;
}

describe("/v1/agents", () => {
  it("creates, reads, changes, lists and deletes", async () => {
    await newWorkspace();
    const modelProviderId = await newProvider();
    const agent = await newAgent({ modelProviderId, meta: { team: "north" } });
    expect(agent).toMatchObject({
      name: "Mia",
      instructions: "Be brief.",
      modelProviderId,
      model: "llama3.1",
      enabled: true,
      isDefault: false,
      demo: false,
      meta: { team: "north" },
    });
    expect((await request("GET", `/agents/${agent.id}`)).body).toEqual(agent);
    const changed = await request("PATCH", `/agents/${agent.id}`, { enabled: false, name: "Mia 2" });
    expect(changed.body).toMatchObject({ enabled: false, name: "Mia 2", instructions: "Be brief." });
    const second = await newAgent({ modelProviderId, name: "Ben" });
    const page = await request("GET", "/agents?limit=1");
    expect(page.body).toMatchObject({ items: [{ id: second.id }] });
    const next = await request("GET", `/agents?limit=1&cursor=${page.body.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ id: agent.id }], nextCursor: null });
    expect((await request("GET", "/agents?enabled=false")).body).toMatchObject({ items: [{ id: agent.id }] });
    expect((await request("GET", "/agents?q=IA%202")).body).toMatchObject({ items: [{ id: agent.id }] });
    const told = (await request("GET", "/agents?q=be%20BRIEF")).body.items as readonly Json[];
    expect(told.map(({ id }) => id)).toContain(agent.id);
    expect((await request("GET", "/agents?q=be%25brief")).body).toMatchObject({ items: [] });
    expect((await request("DELETE", `/agents/${agent.id}`)).status).toBe(204);
    expect((await request("GET", `/agents/${agent.id}`)).status).toBe(404);
    expect((await request("DELETE", `/agents/${agent.id}`)).status).toBe(404);
  });

  it("keeps every field, changes limits one by one, and audits what changed", async () => {
    await newWorkspace();
    const fields = {
      temperature: 0.4,
      maxOutputTokens: 2_000,
      language: "pt-BR",
      guidance: "Never use exclamation marks.",
      toolIds: [],
      knowledgeIds: [],
      dailyCostUsd: "5.00",
      monthlyCostUsd: "80",
    };
    const limits = { maxIterations: 50, maxTimeSeconds: 1_800, maxToolCalls: null, maxCostUsd: "0.50" };
    const agent = await newAgent({ ...fields, limits });
    expect(agent).toMatchObject({ ...fields, limits });
    expect((await request("GET", `/agents/${agent.id}`)).body).toEqual(agent);
    const changed = await request("PATCH", `/agents/${agent.id}`, {
      limits: { maxIterations: null, maxToolCalls: 10 },
      temperature: null,
      dailyCostUsd: null,
    });
    expect(changed.body).toEqual({
      ...agent,
      temperature: null,
      dailyCostUsd: null,
      limits: { maxIterations: null, maxTimeSeconds: 1_800, maxToolCalls: 10, maxCostUsd: "0.50" },
      updatedAt: changed.body.updatedAt,
    });
    const [last] = (await auditEntries()).slice(-1);
    expect(Object.keys(last?.changes ?? {}).toSorted()).toEqual(["dailyCostUsd", "limits", "temperature"]);
    expect(await newAgent()).toMatchObject({
      temperature: null,
      maxOutputTokens: null,
      language: null,
      guidance: "",
      toolIds: [],
      knowledgeIds: [],
      limits: { maxIterations: null, maxTimeSeconds: null, maxToolCalls: null, maxCostUsd: null },
      dailyCostUsd: null,
      monthlyCostUsd: null,
    });
  });

  it.each<[Json, string]>([
    [{ temperature: 2.1 }, "temperature out_of_range"],
    [{ temperature: "hot" }, "temperature invalid_type"],
    [{ maxOutputTokens: 0 }, "maxOutputTokens out_of_range"],
    [{ maxOutputTokens: 200_001 }, "maxOutputTokens out_of_range"],
    [{ language: "de_DE" }, "language language_invalid"],
    [{ guidance: "x".repeat(20_001) }, "guidance too_long"],
    [{ guidance: "\u0000" }, "guidance text_invalid"],
    [{ toolIds: ["know_01k3v8q5x8e7arf4s2m6t9c0wd"] }, "toolIds.0 id_invalid"],
    [
      { knowledgeIds: Array.from({ length: 201 }, () => toId("knowledge", newId())) },
      "knowledgeIds too_many",
    ],
    [{ limits: { maxIterations: 9 } }, "limits.maxIterations out_of_range"],
    [{ limits: { maxTimeSeconds: 86_401 } }, "limits.maxTimeSeconds out_of_range"],
    [{ limits: { maxMoney: 1 } }, "limits.maxMoney unknown_field"],
    [{ dailyCostUsd: "0" }, "dailyCostUsd out_of_range"],
    [{ dailyCostUsd: 5 }, "dailyCostUsd invalid_type"],
    [{ monthlyCostUsd: "1.1234567" }, "monthlyCostUsd out_of_range"],
  ])("refuses what is out of bounds: %#", async (fields, error) => {
    await newWorkspace();
    const { id } = await newAgent();
    const { status, body } = await request("PATCH", `/agents/${id}`, fields);
    expect([status, fieldErrors(body)]).toEqual([422, [error]]);
  });

  it("names every id that the workspace does not have, and what is in a list twice", async () => {
    await newWorkspace();
    const { id } = await newAgent();
    const [tool, knowledge] = [toId("tool", newId()), toId("knowledge", newId())];
    const refused = await request("PATCH", `/agents/${id}`, { toolIds: [tool], knowledgeIds: [knowledge] });
    expect([refused.status, fieldErrors(refused.body)]).toEqual([
      422,
      ["toolIds.0 not_found", "knowledgeIds.0 not_found"],
    ]);
    const twice = await request("PATCH", `/agents/${id}`, { toolIds: [tool, tool] });
    expect(fieldErrors(twice.body)).toEqual(["toolIds.1 repeated"]);
  });

  it("tells people of its budget, and of the workspace's", async () => {
    await newWorkspace();
    const { id } = await newAgent({ dailyCostUsd: "1.00" });
    const agentId = fromId("agent", String(id)) ?? "";
    const agentBudget = { dailyCostUsd: "1.00", monthlyCostUsd: null };
    const executionId = newId();
    for (const costUsd of ["0.85", "0.15"]) {
      const call = { agentId, executionId, key: `${executionId}:${costUsd}:1` };
      await reserveCost(core, workspaceId, { ...call, agentBudget, estimateUsd: "0.1" });
      await settleCost(core, workspaceId, { ...call, costUsd });
    }
    const { rows } = await tenant((tx) =>
      tx.query({ text: "select kind, severity, title, body, target_id from notifications order by id" }),
    );
    expect(rows).toMatchObject([
      {
        kind: "budget.nearly_used_up",
        severity: "warning",
        title: '80 % of the daily budget of the agent "Mia" is spent',
        body: "0.85 of 1.00 US dollars are spent. When all of it is spent, work is skipped until the next day.",
        target_id: agentId,
      },
      { kind: "budget.used_up", severity: "error" },
    ]);
  });

  it("refuses what it cannot use and says where", async () => {
    await newWorkspace();
    const refused = await request("POST", "/agents", {
      name: " ",
      instructions: "x",
      modelProviderId: toId("modelProvider", newId()),
      model: "m",
    });
    expect([refused.status, fieldErrors(refused.body)]).toEqual([422, ["name too_short"]]);
    const { id } = await newAgent();
    const unknown = { modelProviderId: toId("modelProvider", newId()) };
    const moved = await request("PATCH", `/agents/${id}`, unknown);
    expect([moved.status, fieldErrors(moved.body)]).toEqual([422, ["modelProviderId not_found"]]);
  });

  it("lists those with the ids that are named", async () => {
    await newWorkspace();
    const foreign = await newAgent();
    await newWorkspace();
    const [first, , third] = [await newAgent(), await newAgent(), await newAgent()];
    const ids = [first.id, third?.id, foreign.id, toId("agent", newId())].join(",");
    const { body } = await request("GET", `/agents?ids=${ids}`);
    expect((body.items as readonly Json[]).map(({ id }) => id)).toEqual([third?.id, first.id]);
    const beside = await request("GET", `/agents?ids=${ids}&enabled=true`);
    expect([beside.status, fieldErrors(beside.body)]).toEqual([422, ["ids not_allowed"]]);
  });

  it("hides other workspaces: 404 in a path, 422 in a body, nothing in a list", async () => {
    await newWorkspace();
    const agent = await newAgent();
    const { modelProviderId } = agent;
    await newWorkspace();
    for (const method of ["GET", "DELETE"])
      expect((await request(method, `/agents/${agent.id}`)).status).toBe(404);
    expect((await request("PATCH", `/agents/${agent.id}`, { name: "Mine" })).status).toBe(404);
    expect((await request("GET", `/agents?modelProviderId=${modelProviderId}`)).body).toMatchObject({
      items: [],
    });
    const body = { name: "A", instructions: "B", modelProviderId, model: "m" };
    const created = await request("POST", "/agents", body);
    expect([created.status, fieldErrors(created.body)]).toEqual([422, ["modelProviderId not_found"]]);
  });

  it("has no default until one is named, and moves it at once", async () => {
    await newWorkspace();
    const first = await newAgent();
    expect(await tenant(findDefaultAgent)).toBeUndefined();
    await request("PATCH", `/agents/${first.id}`, { isDefault: true });
    const second = await newAgent({ isDefault: true });
    expect((await request("GET", `/agents/${first.id}`)).body).toMatchObject({ isDefault: false });
    expect(toId("agent", (await tenant(findDefaultAgent))?.id ?? "")).toBe(second.id);
    const moves = (await auditEntries()).flatMap(({ changes }) =>
      "isDefault" in changes ? [changes.isDefault] : [],
    );
    expect(moves).toEqual([
      [null, false],
      [false, true],
      [true, false],
      [null, true],
    ]);
    await request("PATCH", `/agents/${second.id}`, { isDefault: false });
    expect(await tenant(findDefaultAgent)).toBeUndefined();
  });

  it("lets many name a default side by side: all succeed and one remains", async () => {
    await newWorkspace();
    const modelProviderId = await newProvider();
    const agents = await Promise.all(Array.from({ length: 6 }, () => newAgent({ modelProviderId })));
    const answers = await Promise.all([
      ...agents.map(({ id }) => request("PATCH", `/agents/${id}`, { isDefault: true })),
      newAgent({ modelProviderId, isDefault: true }).then(() => ({ status: 200 })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(200));
    const { body } = await request("GET", "/agents");
    const items = body.items as readonly Json[];
    expect(items.filter(({ isDefault }) => isDefault).length).toBe(1);
  });

  it("tells whoever refers to an agent before it is deleted, and takes it from its channels", async () => {
    await newWorkspace();
    const { id } = await newAgent();
    const agentId = fromId("agent", String(id)) ?? "";
    const channel = await tenant((tx) =>
      createChannel(
        core,
        tx,
        { platform: "web", kind: "widget", name: "Site", defaultAgentId: agentId },
        { caller: null, requestId: null },
      ),
    );
    await request("DELETE", `/agents/${id}`);
    expect(deletedAgents).toContain(agentId);
    expect((await tenant((tx) => getChannel(tx, channel.id)))?.defaultAgentId).toBeNull();
  });

  it("vouches for agents before the gate and the channels", async () => {
    await newWorkspace();
    const { id } = await newAgent();
    const agentId = fromId("agent", String(id)) ?? "";
    const ask = (askedId: string | null) =>
      tenant(async (tx) => {
        const [facts] = core.extensions.of(gateFacts);
        const none = { conversationId: newId(), contactId: newId(), channelId: newId(), executionId: null };
        return await facts?.(tx, { ...none, class: "answer", agentId: askedId });
      });
    expect(await ask(agentId)).toEqual({ agentExists: true, agentEnabled: true, usedUpBudget: null });
    const limits = { maxTimeSeconds: 3_600 };
    await request("PATCH", `/agents/${id}`, { enabled: false, dailyCostUsd: "0.10", limits });
    const facts = { agentExists: true, agentEnabled: false, usedUpBudget: null, ...limits };
    expect(await ask(agentId)).toEqual(facts);
    const settlement = { key: "a:1:1", agentId, executionId: newId(), costUsd: "0.10" };
    await settleCost(core, workspaceId, settlement);
    expect(await ask(agentId)).toMatchObject({
      usedUpBudget: "The agent's daily budget of 0.10 US dollars is used up.",
    });
    expect(await ask(newId())).toEqual({ agentExists: false, agentEnabled: false });
    expect(await ask(null)).toEqual({});
    const [exists] = core.extensions.of(agentExists);
    expect(await tenant(async (tx) => [await exists?.(tx, agentId), await exists?.(tx, newId())])).toEqual([
      true,
      false,
    ]);
  });
});

describe("/v1/model-providers", () => {
  it("keeps the API key sealed: it is in no answer, no audit entry and not in the row", async () => {
    await newWorkspace();
    const apiKey = "sk-very-secret";
    const id = await newProvider({ apiKey });
    const read = await request("GET", `/model-providers/${id}`);
    expect(read.body).toMatchObject({ hasApiKey: true, baseUrl: "http://localhost:11434/v1" });
    const list = await request("GET", "/model-providers");
    const row = await tenant((tx) => tx.query({ text: "select model_providers::text from model_providers" }));
    const stored = JSON.stringify([read.body, list.body, await auditEntries(), row.rows]);
    expect(stored).not.toContain(apiKey);
    expect(stored).not.toContain(Buffer.from(apiKey).toString("hex"));
    const access = await tenant((tx) => readProviderAccess(core, tx, fromId("modelProvider", id) ?? ""));
    expect(access).toMatchObject({ kind: "openai_compatible", baseUrl: "http://localhost:11434/v1", apiKey });
  });

  it("replaces and removes the key, and audits that without the key", async () => {
    await newWorkspace();
    const id = await newProvider({ apiKey: "sk-one" });
    await request("PATCH", `/model-providers/${id}`, { apiKey: "sk-two" });
    expect((await request("PATCH", `/model-providers/${id}`, { apiKey: null })).body).toMatchObject({
      hasApiKey: false,
    });
    const changes = (await auditEntries()).map((entry) => entry.changes.hasApiKey);
    expect(changes).toEqual([
      [null, true],
      [true, true],
      [true, false],
    ]);
  });

  it("does not send a key to a server it was not given for", async () => {
    await newWorkspace();
    const id = await newProvider({ apiKey: "sk-one" });
    const moved = await request("PATCH", `/model-providers/${id}`, {
      baseUrl: "https://elsewhere.example/v1",
    });
    expect([moved.status, fieldErrors(moved.body)]).toEqual([422, ["apiKey required"]]);
    const samePlace = await request("PATCH", `/model-providers/${id}`, {
      baseUrl: "http://localhost:11434/v2",
    });
    expect(samePlace.status).toBe(200);
    const again = { baseUrl: "https://elsewhere.example/v1", apiKey: "sk-two" };
    expect((await request("PATCH", `/model-providers/${id}`, again)).status).toBe(200);
    expect(await listModelAddresses(core)).toContain("https://elsewhere.example/v1");
  });

  it.each([
    [{ kind: "openai_compatible" }, ["baseUrl required"]],
    [{ kind: "openai_compatible", baseUrl: "ftp://x" }, ["baseUrl url_invalid"]],
    [{ kind: "openai_compatible", baseUrl: "https://me:pw@example.com" }, ["baseUrl url_invalid"]],
    [{ kind: "openai_compatible", baseUrl: "http://169.254.169.254/v1" }, ["baseUrl url_invalid"]],
    [{ kind: "sandbox", baseUrl: "http://x", apiKey: "k" }, ["baseUrl not_allowed", "apiKey not_allowed"]],
  ])("refuses %j", async (fields, errors) => {
    await newWorkspace();
    const { status, body } = await request("POST", "/model-providers", { name: "P", ...fields });
    expect([status, fieldErrors(body)]).toEqual([422, errors]);
  });

  it("cannot be deleted while agents use it, and says which", async () => {
    await newWorkspace();
    const id = await newProvider();
    const agent = await newAgent({ modelProviderId: id });
    const refused = await request("DELETE", `/model-providers/${id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: "model_provider_in_use" } });
    expect(refused.body.detail).toContain('"Mia"');
    await request("DELETE", `/agents/${agent.id}`);
    expect((await request("DELETE", `/model-providers/${id}`)).status).toBe(204);
    expect((await request("GET", `/model-providers/${id}`)).status).toBe(404);
  });

  it("is changed by admins only", async () => {
    await newWorkspace();
    const id = await newProvider();
    const attempts = [
      request("POST", "/model-providers", { name: "P", kind: "sandbox" }, { scope: "write" }),
      request("PATCH", `/model-providers/${id}`, { name: "Q" }, { scope: "write" }),
      request("DELETE", `/model-providers/${id}`, undefined, { scope: "write" }),
    ];
    expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual([403, 403, 403]);
    expect((await request("GET", `/model-providers/${id}`, undefined, { scope: "read" })).status).toBe(200);
  });
});
