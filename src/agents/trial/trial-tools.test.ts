import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { servedKinds } from "../../../test/model-servers/kinds.ts";
import { newId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import { UnknownEffect } from "../../engine/index.ts";
import {
  answerJson,
  createToolsFixture,
  type Json,
  startToolServer,
  type ToolServer,
  type ToolsFixture,
} from "../tools/tools.test-support.ts";
import { createPlayedContext, PlayStop, standInExecution } from "./played-context.ts";

let fixture: ToolsFixture;
let server: ToolServer;
beforeAll(async () => {
  fixture = await createToolsFixture();
  server = await startToolServer();
});
afterAll(async () => {
  await server.close();
  await fixture.close();
});

const orders = () => ({
  name: "order_status",
  url: `${server.url}/orders/{{input.orderId}}`,
  inputSchema: { type: "object", properties: { orderId: { type: "string" } }, required: ["orderId"] },
  auth: { kind: "bearer", secret: "a-secret-key" },
});

interface Tried {
  readonly reply: string | null;
  readonly steps: readonly (Json & { readonly name: string })[];
}

async function ask(text: string, agent: Json): Promise<Tried> {
  const provider = await fixture.request("POST", "/model-providers", { name: "S", kind: "sandbox" });
  const { status, body } = await fixture.request(
    "POST",
    "/agents/test",
    {
      agent: { instructions: "Be brief.", modelProviderId: provider.body.id, model: "sandbox", ...agent },
      messages: [{ role: "contact", text }],
    },
    "write",
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as Tried;
}

describe("tools of the workspace", () => {
  it("are really called, with a key of the test and without showing the secret", async () => {
    const tool = await fixture.newTool(orders());
    server.answerWith(answerJson({ state: "shipped", key: "a-secret-key" }));
    const tried = await ask('Please use order_status with orderId "A-1041".', { toolIds: [tool.id] });
    expect(server.requests.at(-1)).toMatchObject({ path: "/orders/A-1041" });
    const { authorization, "idempotency-key": key } = server.requests.at(-1)?.headers ?? {};
    expect(authorization).toBe("Bearer a-secret-key");
    expect(key).toMatch(/^test:/);
    expect(tried.steps.map(({ name }) => name)).toEqual(["sandbox", "order_status", "sandbox"]);
    expect(tried.steps[1]).toMatchObject({
      kind: "tool",
      input: { orderId: "A-1041" },
      output: { status: 200, body: { state: "shipped" } },
      error: null,
    });
    expect(JSON.stringify(tried)).not.toContain("a-secret-key");
  });

  it("say why they failed, and are not offered while they are disabled", async () => {
    const name = "order_state";
    const tool = await fixture.newTool({ ...orders(), name, url: "http://127.0.0.2/orders" });
    const text = `Please use ${name} with orderId "A-1".`;
    const tried = await ask(text, { toolIds: [tool.id] });
    expect(tried.steps[1]).toMatchObject({ name, error: { code: "address_not_allowed" } });
    await fixture.request("PATCH", `/tools/${tool.id}`, { enabled: false });
    expect((await ask(text, { toolIds: [tool.id] })).steps.map((step) => step.name)).toEqual(["sandbox"]);
  });
});

describe("a provider", () => {
  it.each(servedKinds.map((served) => ({ kind: served.kind, served })))(
    "of the kind $kind is really called, and its words are shown",
    async ({ kind, served }) => {
      const models = await served.start([
        { toolCalls: [{ name: "remember", input: { text: "Likes tulips" } }] },
        { text: "Gladly." },
        { status: 401, message: "Incorrect API key sk-secret-key provided." },
      ]);
      onTestFinished(() => models.close());
      const body = { name: "P", kind, baseUrl: models.baseUrl, apiKey: "sk-secret-key" };
      const provider = await fixture.request("POST", "/model-providers", body);
      const draft = { modelProviderId: provider.body.id, model: "test-model" };
      const tried = await ask("I like tulips.", draft);
      expect(tried).toMatchObject({ reply: "Gladly.", outcome: "message_sent", inputTokens: 22 });
      expect(tried.steps.map(({ name }) => name)).toEqual(["test-model", "remember", "test-model"]);
      const refused = await ask("I like tulips.", draft);
      expect(refused).toMatchObject({ reply: null, stopped: { code: "model_unauthorized" } });
      expect(JSON.stringify(refused)).not.toContain("sk-secret-key");
    },
  );
});

describe("knowledge", () => {
  it("is searched as always", async () => {
    const written = { title: "Returns", text: "Flowers can be returned within two days." };
    const { body } = await fixture.request("POST", "/knowledge", written);
    const tried = await ask('Please use search_knowledge with query "returned flowers".', {
      knowledgeIds: [body.id],
    });
    expect(tried.steps[1]).toMatchObject({
      name: "search_knowledge",
      output: { results: [{ id: body.id, title: "Returns" }] },
    });
  });
});

describe("the context of a test", () => {
  const open = (signal = new AbortController().signal) => {
    const { workspaceId } = fixture.api;
    const now = fixture.core.clock.now();
    return createPlayedContext(fixture.core, {
      execution: standInExecution(
        { workspaceId, id: newId(), kind: "reply", contactId: null, maxTimeSeconds: 60 },
        now,
      ),
      signal,
      onStep: () => undefined,
    });
  };

  it("writes nothing, whatever a tool tries", async () => {
    const written = open().transact("tool_result", "careless", async (tx) => {
      const { id } = await createContact(
        fixture.core,
        tx,
        { name: "Eve" },
        { caller: null, requestId: null },
      );
      return { output: id };
    });
    await expect(written).rejects.toMatchObject({ code: "25006" });
  });

  it("does not wait, counts what is used, and starts nothing once it was stopped", async () => {
    const stop = new AbortController();
    const ctx = open(stop.signal);
    await ctx.wait("wait", 300, { toolCall: true });
    const used = { costUsd: "0.25", inputTokens: 3, outputTokens: 4 };
    expect(await ctx.step("model", "m", async () => ({ output: "ok", ...used }))).toBe("ok");
    expect(ctx.usage).toEqual({ iterations: 1, toolCalls: 1, ...used });
    const broken = await ctx.effect("tool", { input: {}, idempotent: false }, async () => {
      throw new Error("broken");
    });
    expect(broken).toEqual({ status: "failed", error: { code: "tool_failed", message: "broken" } });
    const doubtful = await ctx.effect("tool", { input: {}, idempotent: false }, async () => {
      throw new UnknownEffect("Perhaps.");
    });
    expect(doubtful).toMatchObject({ status: "unknown", error: { code: "unknown", message: "Perhaps." } });
    const reason = new PlayStop({ code: "canceled", message: "Over." });
    stop.abort(reason);
    await expect(ctx.step("model", "m", async () => ({ output: "late" }))).rejects.toBe(reason);
    expect(ctx.isStop(reason)).toBe(true);
  });
});
