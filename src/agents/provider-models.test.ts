import { createServer, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { createTestCore } from "../../test/core.ts";
import { servedKinds } from "../../test/model-servers/kinds.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Scope } from "../base/route.ts";
import { agentsModule } from "./index.ts";

/** While set, the ten seconds are over when it resolves. */
let hurry: Promise<unknown> | undefined;
const clock: Clock = {
  ...systemClock,
  after(ms, callback) {
    if (hurry === undefined || ms !== 10_000) return systemClock.after(ms, callback);
    hurry.then(callback, callback);
    return () => undefined;
  },
};

let api: TestApi;
beforeAll(async () => {
  const core = await createTestCore({ clock });
  const module = agentsModule(core);
  core.extensions.add(module.contributions ?? []);
  api = await createModuleApi(core, [module]);
});
afterAll(() => api.close());

type Json = Readonly<Record<string, unknown>>;

async function create(fields: Json): Promise<string> {
  const { status, body } = await api.send("POST", "/v1/model-providers", {
    scope: "admin",
    body: { name: "P", ...fields },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return String((body as Json).id);
}

async function list(id: string, scope: Scope = "write") {
  const { status, body } = await api.send("GET", `/v1/model-providers/${id}/models`, { scope });
  return { status, ...(body as Json) };
}

/** A server of its own; answers its base URL. */
async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}/v1`;
}

const json = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

describe("GET /v1/model-providers/{id}/models", () => {
  it.each(servedKinds.map((served) => ({ kind: served.kind, served })))(
    "lists those of $kind",
    async ({ kind, served }) => {
      const server = await served.start();
      onTestFinished(() => server.close());
      const id = await create({ kind, baseUrl: `${server.baseUrl}/`, apiKey: "sk-one" });
      expect(await list(id)).toEqual({
        status: 200,
        items: [{ id: "test-model" }],
        supported: true,
        error: null,
      });
    },
  );

  it.each([
    ["openai", "authorization", "Bearer sk-one"],
    ["openai_compatible", "authorization", "Bearer sk-one"],
    ["anthropic", "x-api-key", "sk-one"],
    ["google", "x-goog-api-key", "sk-one"],
  ])("asks %s with its key", async (kind, header, value) => {
    const seen: unknown[] = [];
    const baseUrl = await serve((response) => {
      seen.push(response.req.headers[header]);
      json(200, { data: [] })(response);
    });
    expect(await list(await create({ kind, baseUrl, apiKey: "sk-one" }))).toMatchObject({ items: [] });
    expect(seen).toEqual([value]);
    expect(await list(await create({ kind, baseUrl }))).toMatchObject({ supported: true, error: null });
    expect(seen).toEqual([value, undefined]);
  });

  it("knows the sandbox's own, a bare list, and what is not for a name", async () => {
    expect(await list(await create({ kind: "sandbox" }))).toMatchObject({ items: [{ id: "sandbox" }] });
    const models = [{ id: "b" }, { id: "a" }, { id: "a" }, { id: "x".repeat(201) }, { id: 5 }, null];
    const baseUrl = await serve(json(200, models));
    expect(await list(await create({ kind: "openai_compatible", baseUrl }))).toMatchObject({
      items: [{ id: "a" }, { id: "b" }],
    });
  });

  it("says where a server has no list", async () => {
    const baseUrl = await serve(json(404, { error: "not found" }));
    const none = { items: [], supported: false, error: null };
    expect(await list(await create({ kind: "openai_compatible", baseUrl }))).toMatchObject(none);
    expect(await list(await create({ kind: "openai", baseUrl }))).toMatchObject({
      ...{ items: [], supported: true },
      error: { code: "model_refused" },
    });
  });

  it("says what went wrong, without the key", async () => {
    const wrong = await serve(json(401, { error: { message: "Incorrect API key sk-secret provided." } }));
    const refused = await list(await create({ kind: "openai", baseUrl: wrong, apiKey: "sk-secret" }));
    expect(refused).toMatchObject({ status: 200, items: [], error: { code: "model_unauthorized" } });
    expect(JSON.stringify(refused)).not.toContain("sk-secret");
    const strange = await serve((response) => response.end("<html>Hello</html>"));
    expect(await list(await create({ kind: "openai_compatible", baseUrl: strange }))).toMatchObject({
      error: { code: "model_bad_answer" },
    });
    const nobody = await create({ kind: "google", baseUrl: "http://127.0.0.1:9/v1beta" });
    expect(await list(nobody)).toMatchObject({ error: { code: "model_network" } });
  });

  it("ends after ten seconds", async () => {
    const asked = Promise.withResolvers<void>();
    const baseUrl = await serve(() => asked.resolve());
    const id = await create({ kind: "openai_compatible", baseUrl });
    hurry = asked.promise;
    onTestFinished(() => {
      hurry = undefined;
    });
    expect(await list(id)).toMatchObject({
      error: { code: "model_timeout", message: "There was no answer within 10 s." },
    });
  });

  it("is for those who may change agents, and knows no other provider", async () => {
    expect((await list(await create({ kind: "sandbox" }), "read")).status).toBe(403);
    expect((await list("prov_01k3v8q5x8e7arf4s2m6t9c0wd")).status).toBe(404);
  });
});
