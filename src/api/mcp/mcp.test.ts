import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type TestApi } from "../../../test/api.ts";
import { AppError, defineErrors } from "../../base/errors.ts";
import { publicRoute, type Route, route, type Scope } from "../../base/route.ts";
import { idOf, pageQuery } from "../../base/schemas.ts";
import { mcpRoute } from "./route.ts";

const codes = defineErrors({ thing_broken: [409, "The thing is broken."] });
const common = { tag: "Things", summary: "Do something with a thing" } as const;
const params = z.object({ taskId: idOf("task") });
const taskId = "task_01k3v8q5x8e7arf4s2m6t9c0wd";

const routes: readonly Route[] = [
  route({
    ...common,
    scope: "read",
    method: "GET",
    path: "/v1/things",
    operationId: "listThings",
    query: z.object({ ...pageQuery, state: z.enum(["new", "old"]).optional() }),
    response: z.object({ limit: z.number(), state: z.string().nullable() }),
    tool: { name: "list_things", readOnly: true },
    handler: async ({ query }) => ({ limit: query.limit, state: query.state ?? null }),
  }),
  route({
    ...common,
    scope: "write",
    method: "POST",
    path: "/v1/things/:taskId/change",
    operationId: "changeThing",
    description: "Unlike `listThings`, not `hello`.",
    params,
    body: z.strictObject({ name: z.string().min(2), size: z.int().max(9).optional() }).optional(),
    response: z.object({ taskId: z.string(), name: z.string().nullable(), by: z.string() }),
    tool: { name: "change_thing", destructive: true, idempotent: true, writesOutside: true },
    handler: async ({ params: { taskId: id }, body, caller }) => {
      if (body?.name === "broken")
        throw new AppError(codes.thing_broken, { message: "Mend it.", details: { since: "noon" } });
      if (body?.name === "fault") throw new Error("a secret of ours");
      return { taskId: id, name: body?.name ?? null, by: caller.scope };
    },
  }),
  route({
    ...common,
    scope: "admin",
    method: "DELETE",
    path: "/v1/things/:taskId",
    operationId: "deleteThing",
    params,
    status: 204,
    response: z.null(),
    tool: { name: "delete_thing", destructive: true },
    handler: async () => null,
  }),
  publicRoute({
    ...common,
    method: "GET",
    path: "/v1/hello",
    operationId: "hello",
    response: z.object({}),
    handler: async () => ({}),
  }),
];

let api: TestApi;
const clients: Client[] = [];

beforeAll(async () => {
  api = await createTestApi([...routes, mcpRoute({ routes, version: "1.2.3" })], {
    errors: Object.values(codes),
  });
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await api.close();
});

async function connect(scope: Scope): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  clients.push(client);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${api.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer scope-${scope}` } },
    }),
  );
  return client;
}

/** A call's result: whether it is an error, and what its text says. */
async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { isError, content } = await client.callTool({ name, arguments: args });
  const [{ text }] = z.tuple([z.object({ text: z.string() })]).parse(content);
  return { isError: isError ?? false, value: JSON.parse(text) };
}

describe("what a client sees", () => {
  test("the server tells its version and what it is for", async () => {
    const client = await connect("read");
    expect(client.getServerVersion()).toMatchObject({ name: "errand", version: "1.2.3" });
    expect(client.getInstructions()).toContain("real customers");
  });

  test("tools are those that the key's scope covers, with hints and a flat schema", async () => {
    const names = async (scope: Scope) =>
      (await (await connect(scope)).listTools()).tools.map((tool) => tool.name);
    expect(await names("read")).toEqual(["list_things"]);
    expect(await names("admin")).toEqual(["list_things", "change_thing", "delete_thing"]);
    const { tools } = await (await connect("write")).listTools();
    expect(tools.map(({ annotations }) => annotations)).toMatchObject([
      { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    ]);
    expect(tools[1]?.description).toBe("Do something with a thing. Unlike `list_things`, not `hello`.");
    expect(tools[1]?.inputSchema).toMatchObject({
      type: "object",
      properties: { taskId: { type: "string" }, name: { type: "string" }, size: { maximum: 9 } },
      additionalProperties: false,
    });
    expect(tools[1]?.inputSchema.required).toContain("taskId");
  });
});

describe("what a call does", () => {
  test("it answers what the route answers", async () => {
    const client = await connect("write");
    expect(await call(client, "list_things", { limit: 7, state: "old" })).toEqual({
      isError: false,
      value: { limit: 7, state: "old" },
    });
    expect((await call(client, "list_things")).value).toEqual({ limit: 25, state: null });
    const changed = await call(client, "change_thing", { taskId, name: "new" });
    expect(changed.value).toMatchObject({ name: "new", by: "write" });
    expect((await call(await connect("admin"), "delete_thing", { taskId })).value).toEqual({ done: true });
  });

  test("what is wrong with the arguments comes back field by field", async () => {
    const client = await connect("write");
    const wrong = await call(client, "change_thing", { taskId, name: "x", size: 12, colour: "red" });
    expect(wrong).toMatchObject({ isError: true, value: { code: "invalid_request" } });
    expect(wrong.value.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      "colour",
      "name",
      "size",
    ]);
    expect((await call(client, "list_things", { limit: 101 })).value.errors).toMatchObject([
      { path: "limit" },
    ]);
    expect((await call(client, "list_things", { size: 1 })).value.errors).toMatchObject([{ path: "size" }]);
  });

  test("an id that is missing, misnamed or of another form is a field at fault, not a thing that is not there", async () => {
    const client = await connect("admin");
    const faults = async (name: string, args: Record<string, unknown>) => {
      const { isError, value } = await call(client, name, args);
      expect([isError, value.code]).toEqual([true, "invalid_request"]);
      return value.errors.map(({ path, code }: { path: string; code: string }) => `${path}: ${code}`);
    };
    expect(await faults("change_thing", { name: "new" })).toEqual(["taskId: required"]);
    expect(await faults("delete_thing", { id: taskId })).toEqual(["taskId: required", "id: unknown_field"]);
    expect(await faults("change_thing", { taskId: 5, name: "x" })).toEqual([
      "taskId: invalid_type",
      "name: too_short",
    ]);
    expect(await faults("delete_thing", { taskId: "task_nonsense" })).toEqual(["taskId: id_invalid"]);
    expect(await faults("list_things", { taskId })).toEqual(["taskId: unknown_field"]);
    const { value } = await call(client, "change_thing", { name: "new", task_id: taskId });
    expect(value.errors[1].message).toBe("is no argument here; accepted are: taskId, name, size");
  });

  test("refusals are results that a model can read", async () => {
    const client = await connect("write");
    expect(await call(client, "change_thing", { taskId, name: "broken" })).toMatchObject({
      isError: true,
      value: { code: "thing_broken", detail: "Mend it.", since: "noon" },
    });
    expect((await call(client, "delete_thing", { taskId })).value).toMatchObject({
      code: "scope_missing",
      requiredScope: "admin",
    });
    expect((await call(client, "hello")).value).toMatchObject({ code: "tool_unknown" });
  });

  test("a fault of ours is a 500 that tells nothing, not an answer of the tool", async () => {
    const client = await connect("write");
    const failed = client.callTool({ name: "change_thing", arguments: { taskId, name: "fault" } });
    await expect(failed).rejects.toThrow("internal_error");
    await expect(failed).rejects.not.toThrow("secret of ours");
  });
});

describe("what is no call", () => {
  const initialize = { jsonrpc: "2.0", id: 1, method: "tools/list" };

  test("nobody without a key, no stream without a session, no client that takes no JSON", async () => {
    const send = (method: string, options: object) => api.send(method, "/mcp", options);
    expect((await send("POST", { scope: null, body: initialize })).status).toBe(401);
    expect((await send("GET", {})).status).toBe(405);
    expect((await send("DELETE", {})).status).toBe(405);
    expect((await send("POST", { body: initialize })).status).toBe(406);
    const accepted = { accept: "application/json, text/event-stream" };
    expect((await send("POST", { body: { what: "ever" }, headers: accepted })).status).toBe(400);
    expect((await send("POST", { body: 7, headers: accepted })).status).toBe(422);
    const notification = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect(await send("POST", { body: notification, headers: accepted })).toMatchObject({
      status: 202,
      body: "",
    });
  });

  test("each message of a batch counts as a request, and a batch beyond the limit does nothing", async () => {
    const narrow = await createTestApi([mcpRoute({ routes, version: "1" })], {
      core: api.core,
      limits: { perCaller: 10 },
    });
    try {
      const headers = { accept: "application/json, text/event-stream" };
      const batch = (length: number) => Array.from({ length }, (_, id) => ({ ...initialize, id }));
      const statusOf = async (body: unknown) => (await narrow.send("POST", "/mcp", { body, headers })).status;
      expect(await statusOf(batch(8))).toBe(200);
      expect(await statusOf(batch(3))).toBe(429);
      expect(await statusOf(initialize)).toBe(429);
    } finally {
      await narrow.app.close();
    }
  });

  test("a route that cannot be a tool fails at the start", () => {
    const [, , , hello] = routes;
    if (hello === undefined) throw new Error("the route is gone");
    const open = { ...hello, tool: { name: "hello", readOnly: true } as const };
    expect(() => mcpRoute({ routes: [open], version: "1" })).toThrow("hello cannot be a tool");
  });
});
