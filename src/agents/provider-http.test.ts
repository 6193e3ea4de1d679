import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { servedKinds } from "../../test/model-servers/kinds.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Scope } from "../base/route.ts";
import { agentsModule } from "./index.ts";

const price = { inputUsdPerMillionTokens: "1.25", outputUsdPerMillionTokens: "10" };
/** While set, the ten seconds of a trial are over at once when it waits for its answer. */
let hurry: Promise<unknown> | undefined;
const clock: Clock = {
  ...systemClock,
  after(ms, callback) {
    if (hurry === undefined || ms !== 10_000) return systemClock.after(ms, callback);
    hurry.then(callback);
    return () => undefined;
  },
};

let core: TestCore;
let api: TestApi;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore({ clock });
  const module = agentsModule(core);
  core.extensions.add(module.contributions ?? []);
  workspaceId = await core.newWorkspace();
  api = await createTestApi(module.routes ?? [], {
    core,
    authenticate: async ({ headers }) => {
      const scope = String(headers.authorization).replace("Bearer scope-", "") as Scope;
      return { workspaceId, kind: "api_key", id: workspaceId, scope, role: null };
    },
  });
});

afterAll(() => api.close());

type Json = Readonly<Record<string, unknown>>;

async function request(method: string, path: string, body?: unknown, scope: Scope = "admin") {
  const received = await api.send(method, `/v1/model-providers${path}`, {
    scope,
    ...(body === undefined ? {} : { body }),
  });
  return { status: received.status, body: received.body as Json };
}

function fieldErrors({ status, body }: { status: number; body: Json }): unknown[] {
  const errors = (body.errors ?? []) as readonly { readonly path: string; readonly code: string }[];
  return [status, ...errors.map(({ path, code }) => `${path} ${code}`)];
}

async function create(fields: Json): Promise<Json> {
  const { status, body } = await request("POST", "", { name: "P", ...fields });
  expect([status, body]).toMatchObject([201, {}]);
  return body;
}

describe("creating and changing", () => {
  it.each(["openai", "anthropic", "google"])(
    "%s needs a key at the vendor's own server only",
    async (kind) => {
      const own = await create({ kind, apiKey: "sk-one" });
      expect(own).toMatchObject({ kind, baseUrl: null, hasApiKey: true, maxConcurrent: null, prices: {} });
      expect(fieldErrors(await request("POST", "", { name: "P", kind }))).toEqual([422, "apiKey required"]);
      const keyless = await create({ kind, baseUrl: "http://127.0.0.1:9/v1" });
      expect(keyless).toMatchObject({ baseUrl: "http://127.0.0.1:9/v1", hasApiKey: false });
      expect(fieldErrors(await request("PATCH", `/${keyless.id}`, { baseUrl: null }))).toEqual([
        422,
        "apiKey required",
      ]);
      expect(fieldErrors(await request("PATCH", `/${own.id}`, { apiKey: null }))).toEqual([
        422,
        "apiKey required",
      ]);
      const back = await request("PATCH", `/${keyless.id}`, { baseUrl: null, apiKey: "sk-two" });
      expect(back.body).toMatchObject({ baseUrl: null, hasApiKey: true });
    },
  );

  it("does not send the vendor's key elsewhere, nor another server's key to the vendor", async () => {
    const { id } = await create({ kind: "openai", apiKey: "sk-one" });
    const away = { baseUrl: "http://elsewhere.example/v1" };
    expect(fieldErrors(await request("PATCH", `/${id}`, away))).toEqual([422, "apiKey required"]);
    const spelledOut = await request("PATCH", `/${id}`, { baseUrl: "https://api.openai.com/v1" });
    expect(spelledOut.body).toMatchObject({ baseUrl: "https://api.openai.com/v1", hasApiKey: true });
    expect((await request("PATCH", `/${id}`, { ...away, apiKey: "sk-two" })).status).toBe(200);
    expect(fieldErrors(await request("PATCH", `/${id}`, { baseUrl: null }))).toEqual([
      422,
      "apiKey required",
    ]);
  });

  it("keeps bounds and prices, and replaces or removes them", async () => {
    const created = await create({
      kind: "openai",
      apiKey: "sk",
      maxConcurrent: 8,
      prices: { "gpt-x": { ...price, cachedInputUsdPerMillionTokens: "0.125" } },
    });
    expect(created).toMatchObject({
      maxConcurrent: 8,
      prices: { "gpt-x": { ...price, cachedInputUsdPerMillionTokens: "0.125" } },
    });
    expect((await request("GET", `/${created.id}`)).body).toEqual(created);
    const other = await request("PATCH", `/${created.id}`, { prices: { "gpt-y": price } });
    expect(other.body).toMatchObject({ maxConcurrent: 8, prices: { "gpt-y": price } });
    const none = await request("PATCH", `/${created.id}`, { maxConcurrent: null, prices: {} });
    expect(none.body).toMatchObject({ maxConcurrent: null, prices: {} });
  });

  const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`model-${index}`, price]));
  it.each<[Json, string]>([
    [{ maxConcurrent: 0 }, "maxConcurrent"],
    [{ maxConcurrent: 1_001 }, "maxConcurrent"],
    [{ maxConcurrent: 1.5 }, "maxConcurrent"],
    [{ prices: { m: { ...price, inputUsdPerMillionTokens: "-1" } } }, "prices.m.inputUsdPerMillionTokens"],
    [{ prices: { m: { ...price, outputUsdPerMillionTokens: 10 } } }, "prices.m.outputUsdPerMillionTokens"],
    [{ prices: { m: { inputUsdPerMillionTokens: "1" } } }, "prices.m.outputUsdPerMillionTokens"],
    [{ prices: { m: { ...price, discount: "1" } } }, "prices.m.discount"],
    [{ prices: { "": price } }, "prices."],
    [{ prices: many }, "prices"],
    [{ kind: "mistral" }, "kind"],
    [{ kind: "sandbox", apiKey: null, prices: { m: price } }, "prices"],
    [{ kind: "sandbox", apiKey: null, maxConcurrent: 0 }, "maxConcurrent"],
  ])("refuses %j", async (fields, path) => {
    const [status, error] = fieldErrors(
      await request("POST", "", { name: "P", kind: "openai", apiKey: "sk", ...fields }),
    );
    expect([status, String(error).split(" ")[0]]).toEqual([422, path]);
  });
});

describe("trying a provider", () => {
  it.each(servedKinds.map((served) => ({ kind: served.kind, served })))(
    "$kind answers",
    async ({ kind, served }) => {
      const server = await served.start([
        { text: "ok" },
        { toolCalls: [{ name: "report", input: { ok: true } }] },
        { text: "" },
        { text: "", truncated: true },
        { status: 401, message: "Incorrect API key sk-secret-key provided." },
        { status: 429, retryAfter: 5 },
      ]);
      onTestFinished(() => server.close());
      const { id } = await create({ kind, baseUrl: server.baseUrl, apiKey: "sk-secret-key" });
      const attempt = () => request("POST", `/${id}/test`, { model: "test-model" });
      const well = { status: 200, body: { ok: true, model: "test-model", error: null } };
      expect(await attempt()).toMatchObject(well);
      expect(await attempt()).toMatchObject(well);
      expect((await attempt()).body).toMatchObject({ ok: false, error: { code: "model_empty_answer" } });
      expect(await attempt()).toMatchObject(well);
      const refused = await attempt();
      expect(refused).toMatchObject({
        status: 200,
        body: {
          ok: false,
          model: "test-model",
          latencyMs: expect.any(Number),
          error: { code: "model_unauthorized" },
        },
      });
      expect(JSON.stringify(refused.body)).not.toContain("sk-secret-key");
      // One call each: a trial does not wait and try again.
      expect((await attempt()).body).toMatchObject({ error: { code: "model_rate_limited" } });
      expect(server.requests).toHaveLength(6);
      expect(served.view(server.requests[0] ?? never).tools).toEqual(["report"]);
    },
  );

  it("ends after ten seconds, down to the socket", async () => {
    const [served] = servedKinds;
    if (served === undefined) throw new Error("no kinds");
    const server = await served.start([{ hang: "before_headers" }]);
    onTestFinished(() => server.close());
    const { id } = await create({ kind: served.kind, baseUrl: server.baseUrl });
    hurry = server.waitForRequests(1);
    onTestFinished(() => {
      hurry = undefined;
    });
    const { status, body } = await request("POST", `/${id}/test`, { model: "m" });
    expect([status, body]).toMatchObject([
      200,
      {
        ok: false,
        model: "m",
        error: { code: "model_timeout", message: "There was no answer within 10 s." },
      },
    ]);
    await server.requests[0]?.dropped;
  });

  it("asks the model of the newest agent, the sandbox without one, and says where there is none", async () => {
    const server = await servedKinds
      .find(({ kind }) => kind === "openai_compatible")
      ?.start([{ text: "ok" }]);
    if (server === undefined) throw new Error("no such kind");
    onTestFinished(() => server.close());
    const { id } = await create({ kind: "openai_compatible", baseUrl: server.baseUrl });
    expect(fieldErrors(await request("POST", `/${id}/test`))).toEqual([422, "model required"]);
    for (const model of ["older", "newer"]) {
      const agent = { name: "Mia", instructions: "Be brief.", modelProviderId: id, model };
      expect((await api.send("POST", "/v1/agents", { scope: "admin", body: agent })).status).toBe(201);
    }
    expect((await request("POST", `/${id}/test`)).body).toMatchObject({ ok: true, model: "newer" });
    const sandbox = await create({ kind: "sandbox" });
    expect((await request("POST", `/${sandbox.id}/test`, {})).body).toMatchObject({
      ok: true,
      model: "sandbox",
    });
  });

  it("tells of a key that cannot be read, and of nobody listening", async () => {
    const { id } = await create({ kind: "openai", apiKey: "sk-lost" });
    await core.db.tenant(workspaceId, (tx) =>
      tx.query({ text: "update model_providers set api_key_sealed = '\\x0100' where kind = 'openai'" }),
    );
    expect((await request("POST", `/${id}/test`, { model: "m" })).body).toMatchObject({
      error: { code: "model_unauthorized", message: expect.stringContaining("cannot be decrypted") },
    });
    const nobody = await create({ kind: "google", baseUrl: "http://127.0.0.1:9/v1beta" });
    expect((await request("POST", `/${nobody.id}/test`, { model: "m" })).body).toMatchObject({
      ok: false,
      error: { code: "model_network" },
    });
  });

  it("is for admins, and knows no other provider", async () => {
    const { id } = await create({ kind: "sandbox" });
    expect((await request("POST", `/${id}/test`, {}, "write")).status).toBe(403);
    expect((await request("POST", "/prov_01k3v8q5x8e7arf4s2m6t9c0wd/test", {})).status).toBe(404);
  });
});

const never = { method: "", path: "", headers: {}, body: null, dropped: new Promise<void>(() => undefined) };
