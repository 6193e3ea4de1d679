import { connect } from "node:net";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { createTestCore } from "../../test/core.ts";
import { AppError, defineErrors, invalidField } from "../base/errors.ts";
import { customRoute, publicRoute, type Route, RouteResponse, route } from "../base/route.ts";
import { idOf, text } from "../base/schemas.ts";
import { CommitUncertainError } from "../db/index.ts";

const codes = defineErrors({ thing_broken: [409, "The thing is broken."] });
const common = { tag: "Things", summary: "A thing" } as const;
const anything = z.object({ ok: z.boolean() });

const routes: readonly Route[] = [
  route({
    ...common,
    scope: "write",
    method: "POST",
    path: "/v1/things",
    operationId: "createThing",
    status: 201,
    body: z.strictObject({
      name: text({ min: 1, max: 10 }),
      count: z.int().min(10).max(100),
      kind: z.enum(["big", "small"]).optional(),
      agentId: idOf("agent").optional(),
      tags: z.array(z.string().max(3)).max(2).optional(),
      when: z
        .discriminatedUnion("kind", [
          z.strictObject({ kind: z.literal("once"), at: z.string() }),
          z.strictObject({ kind: z.literal("daily"), time: z.string() }),
        ])
        .optional(),
    }),
    response: z.object({ name: z.string(), nothingElse: z.null() }),
    handler: async ({ body }) =>
      new RouteResponse(
        { name: body.name, nothingElse: null, secret: "not in the schema" },
        { headers: { location: "/v1/things/1" } },
      ),
  }),
  route({
    ...common,
    scope: "read",
    method: "GET",
    path: "/v1/things/:thingId",
    operationId: "getThing",
    params: z.object({ thingId: idOf("task") }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(25) }),
    response: z.object({ thingId: z.string(), limit: z.number() }),
    handler: async ({ params, query }) => ({ thingId: params.thingId, limit: query.limit }),
  }),
  route({
    ...common,
    scope: "admin",
    method: "DELETE",
    path: "/v1/things/:thingId",
    operationId: "deleteThing",
    params: z.object({ thingId: z.string() }),
    status: 204,
    response: z.undefined(),
    handler: async () => undefined,
  }),
  route({
    ...common,
    scope: "write",
    method: "POST",
    path: "/v1/fail/:how",
    operationId: "fail",
    params: z.object({ how: z.enum(["app", "field", "crash", "lost", "mismatch", "busy", "uncertain"]) }),
    response: anything,
    handler: async ({ params }) => {
      if (params.how === "app")
        throw new AppError(codes.thing_broken, { details: { thing: "t", status: 1 } });
      if (params.how === "field") throw invalidField("contactId", "not_found", "there is no such contact");
      if (params.how === "lost")
        throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      if (params.how === "busy") throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
      if (params.how === "uncertain") throw new CommitUncertainError("the connection broke");
      if (params.how === "mismatch") return { ok: "yes" } as unknown as { ok: boolean };
      throw new Error("the inner text with a password");
    },
  }),
  publicRoute({
    ...common,
    method: "GET",
    path: "/v1/public",
    operationId: "getPublic",
    response: z.object({ requestId: z.string(), ip: z.string() }),
    handler: async ({ requestId, ip }) => ({ requestId, ip }),
  }),
  publicRoute({
    ...common,
    method: "POST",
    path: "/v1/auth/sign-out",
    operationId: "signOut",
    status: 204,
    response: z.undefined(),
    handler: async () => undefined,
  }),
  customRoute({
    ...common,
    access: {
      kind: "custom",
      scheme: "visitorToken",
      authenticate: async ({ headers }) => {
        if (headers.authorization !== "Bearer visitor")
          throw new AppError({ code: "visitor_unknown", status: 401, message: "Unknown visitor." });
        return { visitor: 1 };
      },
    },
    method: "POST",
    path: "/web/v1/messages",
    operationId: "sendVisitorMessage",
    response: z.object({ visitor: z.number() }),
    handler: async ({ caller }) => caller,
  }),
];

let api: TestApi;
const logged: string[] = [];

beforeAll(async () => {
  const log = pino(
    { level: "info" },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged.push(chunk.toString("utf8"));
        done();
      },
    }),
  );
  const core = await createTestCore({ log });
  api = await createTestApi(routes, { core, errors: Object.values(codes) });
});
afterAll(async () => {
  await api.close();
});

const valid = { name: "a", count: 10 };

describe("answers", () => {
  test("hold what the schema names and nothing more", async () => {
    const { status, headers, body } = await api.send("POST", "/v1/things", { body: valid });
    expect(status).toBe(201);
    expect(body).toEqual({ name: "a", nothingElse: null });
    expect(headers.get("location")).toBe("/v1/things/1");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  test("204 has no body", async () => {
    const { status, body } = await api.send("DELETE", "/v1/things/1", { scope: "admin" });
    expect([status, body]).toEqual([204, ""]);
  });

  test("that do not fit their schema are a fault of ours", async () => {
    const { status, body } = await api.send("POST", "/v1/fail/mismatch");
    expect([status, body]).toMatchObject([500, { code: "internal_error" }]);
  });

  test("HEAD answers as GET without a body", async () => {
    expect((await api.send("HEAD", "/v1/public", { scope: null })).status).toBe(200);
  });
});

describe("request ids", () => {
  test("are taken over if well-formed and made otherwise", async () => {
    const own = await api.send("GET", "/v1/public", { headers: { "x-request-id": "abc-1.2:3" } });
    expect(own.headers.get("x-request-id")).toBe("abc-1.2:3");
    expect(own.body).toMatchObject({ requestId: "abc-1.2:3" });
    const bad = await api.send("GET", "/v1/public", { headers: { "x-request-id": "a b{}" } });
    expect(bad.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("fields", () => {
  async function faults(body: unknown): Promise<unknown> {
    const answer = await api.send("POST", "/v1/things", { body });
    expect([answer.status, answer.body]).toMatchObject([422, { code: "invalid_request" }]);
    return (answer.body as { errors: unknown }).errors;
  }

  test("are all reported at once, with what would be accepted", async () => {
    const errors = await faults({
      name: "",
      count: 5,
      kind: "medium",
      agentId: "task_1",
      tags: ["a", "long"],
      when: { kind: "never" },
      color: "red",
    });
    expect(errors).toEqual([
      { path: "name", code: "too_short", message: "must not be empty" },
      { path: "count", code: "out_of_range", message: "must be between 10 and 100" },
      { path: "kind", code: "not_one_of", message: "must be one of big, small" },
      { path: "agentId", code: "id_invalid", message: 'must be an id that starts with "agent_"' },
      { path: "tags.1", code: "too_long", message: "must have at most 3 characters" },
      { path: "when.kind", code: "not_one_of", message: "must be one of once, daily" },
      {
        path: "color",
        code: "unknown_field",
        message: "is no field here; accepted are: name, count, kind, agentId, tags, when",
      },
    ]);
  });

  test("that are missing, of another type or nested", async () => {
    expect(await faults({ count: "10", when: { kind: "once", time: "9" } })).toEqual([
      { path: "name", code: "required", message: "is required and must be a string" },
      { path: "count", code: "invalid_type", message: "must be a whole number" },
      { path: "when.at", code: "required", message: "is required and must be a string" },
      { path: "when.time", code: "unknown_field", message: "is no field here; accepted are: kind, at" },
    ]);
    expect(await faults({ ...valid, when: {} })).toMatchObject([{ path: "when.kind", code: "required" }]);
    expect(await faults({ ...valid, tags: ["a", "b", "c"] })).toEqual([
      { path: "tags", code: "too_many", message: "must have at most 2 items" },
    ]);
    expect(await faults([])).toEqual([{ path: "", code: "invalid_type", message: "must be an object" }]);
  });

  test("of another type are told once, not also measured; a number beyond all bounds is told once", async () => {
    expect(await faults({ ...valid, name: Array(20).fill("a"), tags: "many letters" })).toEqual([
      { path: "name", code: "invalid_type", message: "must be a string" },
      { path: "tags", code: "invalid_type", message: "must be a list" },
    ]);
    expect(await faults({ ...valid, count: 1e300 })).toEqual([
      { path: "count", code: "out_of_range", message: "must be between 10 and 100" },
    ]);
  });

  test("that are named twice or hold a number that would change are told with their path", async () => {
    const faultsOf = async (raw: string) => (await api.send("POST", "/v1/things", { raw })).body;
    expect(await faultsOf('{"name":"a","name":"b","count":10}')).toMatchObject({
      status: 422,
      errors: [{ path: "name", code: "duplicate_field" }],
    });
    expect(await faultsOf('{"name":"a","count":12345678901234567890}')).toMatchObject({
      status: 422,
      errors: [{ path: "count", code: "number_inexact" }],
    });
  });

  test("an empty body where one is needed", async () => {
    expect(await faults(undefined)).toEqual([
      { path: "", code: "required", message: "is required and must be an object" },
    ]);
  });

  test("text that the database could not hold, wherever it is", async () => {
    const fault = (path: string) => ({
      path,
      code: "text_invalid",
      message: "must not contain NUL characters or unpaired surrogates",
    });
    expect(await faults({ ...valid, name: "a\0" })).toEqual([fault("name")]);
    expect(await faults({ ...valid, tags: ["a", "\ud800"] })).toEqual([fault("tags.1")]);
    const { body } = await api.send("GET", "/v1/things/task_01k3v8q5x8e7arf4s2m6t9c0wd?limit=1%00");
    expect(body).toMatchObject({ status: 422 });
    expect((await api.send("DELETE", "/v1/things/%00", { scope: "admin" })).status).toBe(404);
  });

  test("query parameters that are wrong or unknown", async () => {
    const path = "/v1/things/task_01k3v8q5x8e7arf4s2m6t9c0wd";
    expect((await api.send("GET", path)).body).toMatchObject({ limit: 25 });
    const { status, body } = await api.send("GET", `${path}?limit=0&contact=1`);
    expect([status, body]).toMatchObject([
      422,
      {
        errors: [
          { path: "limit", code: "out_of_range", message: "must be between 1 and 100" },
          { path: "contact", code: "unknown_field", message: "is no field here; accepted are: limit" },
        ],
      },
    ]);
    expect((await api.send("GET", "/v1/public?x=1")).status).toBe(422);
  });

  test("a body where none is taken", async () => {
    expect((await api.send("POST", "/v1/fail/app", { body: {} })).status).toBe(409);
    expect((await api.send("POST", "/v1/fail/app", { body: { a: 1 } })).status).toBe(422);
  });

  test("an id in the path that does not parse is no id at all", async () => {
    const { status, body } = await api.send("GET", "/v1/things/nonsense?limit=0");
    expect([status, body]).toMatchObject([404, { code: "not_found" }]);
  });
});

describe("problems", () => {
  test("have every member of the standard and their own", async () => {
    const { status, headers, body } = await api.send("POST", "/v1/fail/app");
    expect(status).toBe(409);
    expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(body).toEqual({
      type: `${api.core.publicUrl}/docs/errors#thing_broken`,
      title: "The thing is broken.",
      status: 409,
      detail: "The thing is broken.",
      instance: "/v1/fail/app",
      code: "thing_broken",
      errors: [],
      requestId: headers.get("x-request-id"),
      thing: "t",
    });
  });

  test("of a field that a handler finds at fault", async () => {
    const { body } = await api.send("POST", "/v1/fail/field");
    expect(body).toMatchObject({ status: 422, errors: [{ path: "contactId", code: "not_found" }] });
  });

  test("of a crash say nothing of it, but the log does, under the request's id", async () => {
    logged.length = 0;
    const { status, headers, body } = await api.send("POST", "/v1/fail/crash");
    expect([status, body]).toMatchObject([500, { code: "internal_error" }]);
    expect(JSON.stringify(body)).not.toContain("inner text");
    const line = logged.find((one) => one.includes("the inner text"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ requestId: headers.get("x-request-id"), level: 50 });
  });

  test("of a database that is away say when to come back", async () => {
    const { status, headers, body } = await api.send("POST", "/v1/fail/lost");
    expect([status, body]).toMatchObject([503, { code: "database_unavailable" }]);
    expect(headers.get("retry-after")).toBe("5");
  });

  test("of changes that got in each other's way, or may have been stored", async () => {
    const busy = await api.send("POST", "/v1/fail/busy");
    expect([busy.body, busy.headers.get("retry-after")]).toMatchObject([{ code: "database_busy" }, "1"]);
    expect((await api.send("POST", "/v1/fail/uncertain")).body).toMatchObject({ code: "commit_uncertain" });
  });

  test("of a client that goes away in the middle of its body are none of ours", async () => {
    logged.length = 0;
    const gone = new Promise((resolve) => {
      api.app.server.once("connection", (socket) => socket.once("close", resolve));
    });
    const head = "POST /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer scope-write\r\n";
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1", () => {
      const sent = `${head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`;
      socket.write(sent, () => socket.destroy());
    });
    await gone;
    // The next request's line comes after whatever the first one left.
    await expect
      .poll(() => api.send("GET", "/v1/public").then(() => logged.join("")))
      .toContain("/v1/public");
    expect(logged.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  test("404 and 405 with Allow", async () => {
    expect((await api.send("GET", "/v1/nothing")).body).toMatchObject({
      status: 404,
      code: "route_not_found",
    });
    expect((await api.send("GET", "/v1/%ZZ")).body).toMatchObject({ status: 400, code: "bad_request" });
    const { status, headers, body } = await api.send("PUT", "/v1/things/task_1");
    expect([status, body]).toMatchObject([405, { code: "method_not_allowed" }]);
    expect(headers.get("allow")).toBe("DELETE, GET, HEAD");
    expect((await api.send("OPTIONS", "/v1/things")).headers.get("allow")).toBe("POST");
    expect((await api.send("POST", "/v1/nothing", { raw: "x" })).status).toBe(404);
  });

  test("of bodies that cannot be read", async () => {
    const post = (raw: string | Uint8Array, headers: Record<string, string> = {}) =>
      api.send("POST", "/v1/things", { raw, headers });
    expect((await post('{"a":')).body).toMatchObject({ status: 400, code: "malformed_json" });
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).body).toMatchObject({ code: "malformed_json" });
    expect((await post('{"__proto__":{"a":1}}')).body).toMatchObject({ code: "malformed_json" });
    expect((await post("[".repeat(5_000) + "]".repeat(5_000))).body).toMatchObject({
      code: "malformed_json",
    });
    expect((await post("a=1", { "content-type": "application/x-www-form-urlencoded" })).body).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
    expect((await post("{}", { "content-encoding": "gzip" })).status).toBe(415);
    expect((await post(`"${"x".repeat(1_048_576)}"`)).body).toMatchObject({
      status: 413,
      code: "body_too_large",
    });
    // Without a length in its head, the body is counted as it arrives.
    const chunked = await fetch(`${api.url}/v1/things`, {
      method: "POST",
      duplex: "half",
      headers: { authorization: "Bearer scope-write", "content-type": "application/json" },
      body: new Blob(["x".repeat(1_100_000)]).stream(),
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  test("of what is not HTTP, and of headers without end", async () => {
    const port = Number(new URL(api.url).port);
    const exchange = (sent: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(sent));
        let received = "";
        socket.on("data", (data) => {
          received += data.toString("utf8");
        });
        socket.on("end", () => resolve(received));
        socket.on("error", reject);
      });
    expect(await exchange("NONSENSE\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*"bad_request"/,
    );
    const flood = await exchange(`GET / HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`);
    expect(flood).toMatch(/^HTTP\/1\.1 431 [\s\S]*"headers_too_large"/);
  });
});

describe("access", () => {
  test("without a valid key: 401 before anything else is looked at", async () => {
    const { status, headers, body } = await api.send("POST", "/v1/things", { scope: null, raw: "{" });
    expect([status, body]).toMatchObject([401, { code: "unauthenticated" }]);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="errand"');
    const wrong = await api.send("POST", "/v1/things", { headers: { authorization: "Bearer nobody" } });
    expect(wrong.status).toBe(401);
  });

  test("each scope includes those before it", async () => {
    const path = "/v1/things/task_01k3v8q5x8e7arf4s2m6t9c0wd";
    const status = async (method: string, scope: "read" | "write" | "admin") =>
      (await api.send(method, path, { scope })).status;
    expect([await status("GET", "read"), await status("GET", "admin")]).toEqual([200, 200]);
    expect([await status("DELETE", "write"), await status("DELETE", "admin")]).toEqual([403, 204]);
    const { body } = await api.send("POST", "/v1/things", { scope: "read", body: valid });
    expect(body).toMatchObject({ status: 403, code: "scope_missing", requiredScope: "write" });
  });

  test("public routes and tokens of a module's own", async () => {
    expect((await api.send("GET", "/v1/public", { scope: null })).status).toBe(200);
    const visitor = { headers: { authorization: "Bearer visitor" } };
    expect((await api.send("POST", "/web/v1/messages", visitor)).body).toEqual({ visitor: 1 });
    expect((await api.send("POST", "/web/v1/messages")).body).toMatchObject({ code: "visitor_unknown" });
  });

  test("a cookie counts only for requests of our own pages", async () => {
    const post = async (headers: Record<string, string>, path = "/v1/auth/sign-out") =>
      (await api.send("POST", path, { scope: null, headers: { cookie: "session=1", ...headers } })).status;
    const own = new URL(api.core.publicUrl).origin;
    const other = "https://evil.example";
    expect(await post({ "sec-fetch-site": "same-origin", origin: other })).toBe(204);
    expect(await post({ origin: own })).toBe(204);
    expect(await post({ origin: api.url })).toBe(204);
    expect(await post({})).toBe(204);
    expect(await post({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await post({ "sec-fetch-site": "same-site", origin: other })).toBe(403);
    expect(await post({ "sec-fetch-site": "cross-site", origin: api.url })).toBe(403);
    expect(await post({ origin: other })).toBe(403);
    expect(await post({ origin: "null" })).toBe(403);
    // The same holds for a workspace's routes, and not for whoever has a key or no cookie at all.
    expect(await post({ origin: other, authorization: "Basic x" }, "/v1/things")).toBe(403);
    const key = { cookie: "session=1", origin: other };
    expect((await api.send("POST", "/v1/things", { body: valid, headers: key })).status).toBe(201);
    const visitor = { headers: { origin: other }, scope: null };
    expect((await api.send("POST", "/v1/auth/sign-out", visitor)).status).toBe(204);
    const { body } = await api.send("POST", "/v1/things", { scope: null, headers: key });
    expect(body).toMatchObject({ code: "cross_origin" });
    const read = { scope: null, headers: { ...key, "sec-fetch-site": "cross-site" } };
    expect((await api.send("GET", "/v1/public", read)).status).toBe(200);
  });

  test("X-Forwarded-For is believed only of trusted proxies", async () => {
    const headers = { "x-forwarded-for": "203.0.113.9" };
    expect((await api.send("GET", "/v1/public", { headers })).body).toMatchObject({ ip: "127.0.0.1" });
  });

  test("a host that is none gets no redirect made of it", async () => {
    const { port } = new URL(api.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () =>
        socket.write("GET /docs HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n"),
      );
      socket.once("data", (data) => resolve(data.toString("utf8")));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("the log holds no key, no query and no body", async () => {
    logged.length = 0;
    await api.send("GET", "/v1/things/task_01k3v8q5x8e7arf4s2m6t9c0wd?limit=77");
    await expect.poll(() => logged.join("")).toContain("/v1/things/:thingId");
    expect(logged.join("")).not.toMatch(/scope-write|limit=77/);
  });
});
