import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { defineErrors } from "../base/errors.ts";
import { customRoute, publicRoute, type Route, route } from "../base/route.ts";
import { idOf, idOut, instantOut, meta, pageOf, pageQuery, text } from "../base/schemas.ts";
import { apiErrors, buildOpenApi, renderErrorReference } from "./index.ts";

const codes = defineErrors({
  thing_broken: [409, "The thing is broken."],
  thing_gone: [409, "Gone <b>|</b>."],
});
const thing = z
  .object({ id: idOut("task"), name: z.string(), createdAt: instantOut, meta, note: z.json().nullable() })
  .meta({ id: "Thing" });
const example = {
  id: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "a",
  createdAt: "2027-03-01T09:00:00.000Z",
  meta: {},
  note: null,
};
const params = z.object({ thingId: idOf("task") });
const never = async () => {
  throw new Error("not called");
};
const routes: readonly Route[] = [
  route({
    scope: "write",
    method: "POST",
    path: "/v1/things",
    operationId: "createThing",
    tag: "Things",
    summary: "Make a thing",
    description: "Makes it.",
    status: 201,
    body: z.object({ name: text({ min: 1, max: 9 }), meta: meta.optional() }),
    response: thing,
    errors: [codes.thing_broken, codes.thing_gone],
    examples: { body: { name: "a" }, response: example },
    handler: never,
  }),
  route({
    scope: "read",
    method: "GET",
    path: "/v1/things",
    operationId: "listThings",
    tag: "Things",
    summary: "List things",
    query: z.object({ ...pageQuery, agentId: idOf("agent").optional() }),
    response: pageOf(thing),
    handler: never,
  }),
  route({
    scope: "admin",
    method: "DELETE",
    path: "/v1/things/:thingId",
    operationId: "deleteThing",
    tag: "Things",
    summary: "Delete a thing",
    params,
    status: 204,
    response: z.undefined(),
    handler: never,
  }),
  route({
    scope: "read",
    method: "GET",
    path: "/v1/things/:thingId/events",
    operationId: "listenToThing",
    tag: "Things",
    summary: "Events of a thing",
    params,
    response: z.object({ n: z.number() }),
    async *stream() {
      yield { event: "never", data: { n: 0 } };
    },
  }),
  publicRoute({
    method: "POST",
    path: "/v1/sign-in",
    operationId: "signIn",
    tag: "Sign-in",
    summary: "Sign in",
    body: z.strictObject({ email: z.email() }),
    response: z.object({ name: z.string() }),
    handler: never,
  }),
  customRoute({
    access: { kind: "custom", scheme: "visitorToken", authenticate: never },
    method: "POST",
    path: "/web/v1/messages",
    operationId: "sendVisitorMessage",
    tag: "Web channel",
    summary: "Send a message",
    response: z.object({ ok: z.boolean() }),
    handler: never,
  }),
];

const document = buildOpenApi({
  routes,
  version: "1.2.3",
  accessErrors: [{ code: "not_a_member", status: 403, message: "You are no member." }],
});
const text31 = JSON.stringify(document);

interface Operation {
  readonly security: readonly Record<string, unknown>[];
  readonly "x-required-scope"?: string;
  readonly parameters?: readonly Record<string, unknown>[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, unknown> };
  readonly responses: Readonly<Record<string, Record<string, unknown>>>;
}

function operation(path: string, method: string): Operation {
  return (document.paths as Record<string, Record<string, Operation>>)[path]?.[method] as Operation;
}

/** The codes that an operation documents under a status, by its references. */
function codesOf(path: string, method: string, status: number): readonly string[] {
  const reference = String(operation(path, method).responses[status]?.$ref ?? "");
  const name = reference.replace("#/components/responses/", "");
  const components = document.components as { responses: Record<string, { content: unknown }> };
  const content = components.responses[name]?.content as
    | Record<string, { examples: Record<string, unknown> }>
    | undefined;
  return Object.keys(content?.["application/problem+json"]?.examples ?? {});
}

describe("the document", () => {
  test("passes the linter without a warning", async () => {
    const directory = await mkdtemp(join(tmpdir(), "errand-openapi-"));
    const file = join(directory, "openapi.json");
    await writeFile(file, JSON.stringify(document, null, 2));
    const root = join(import.meta.dirname, "..", "..");
    const cli = join(root, "node_modules", "@redocly", "cli", "bin", "cli.js");
    const config = join(root, "redocly.yaml");
    const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [cli, "lint", file, "--config", config, "--format", "json"],
      { env },
    ).finally(() => rm(directory, { recursive: true }));
    const { totals, problems } = JSON.parse(stdout) as { totals: unknown; problems: unknown };
    expect(problems, stderr).toEqual([]);
    expect(totals).toMatchObject({ errors: 0, warnings: 0 });
  });

  test("lists every code a route can answer, under its status", () => {
    expect(codesOf("/v1/things", "post", 409)).toEqual([
      "idempotency_key_in_progress",
      "idempotency_outcome_unknown",
      "thing_broken",
      "thing_gone",
    ]);
    expect(codesOf("/v1/things", "post", 422)).toEqual(["idempotency_key_reused", "invalid_request"]);
    expect(codesOf("/v1/things", "post", 403)).toEqual(["cross_origin", "not_a_member", "scope_missing"]);
    expect(codesOf("/v1/things", "get", 409)).toEqual([]);
    expect(codesOf("/v1/things/{thingId}", "delete", 404)).toEqual(["not_found"]);
    expect(codesOf("/v1/sign-in", "post", 401)).toEqual([]);
    for (const status of [400, 401, 403, 413, 415, 429, 500, 503])
      expect(codesOf("/v1/things", "post", status), String(status)).not.toEqual([]);
  });

  test("says who may call, and where an Idempotency-Key counts", () => {
    expect(operation("/v1/things", "get").security).toEqual([{ apiKey: [] }, { sessionCookie: [] }]);
    expect(operation("/v1/things/{thingId}", "delete")["x-required-scope"]).toBe("admin");
    expect(operation("/v1/sign-in", "post").security).toEqual([]);
    expect(operation("/v1/sign-in", "post")).not.toHaveProperty("x-required-scope");
    expect(operation("/web/v1/messages", "post").security).toEqual([{ visitorToken: [] }]);
    const key = { $ref: "#/components/parameters/IdempotencyKey" };
    expect(operation("/v1/things", "post").parameters).toEqual([key]);
    expect(operation("/v1/sign-in", "post").parameters).toBeUndefined();
  });

  test("shows requests as strict and answers as open, shared schemas once", () => {
    expect(operation("/v1/things", "post").requestBody).toMatchObject({
      required: true,
      content: { "application/json": { schema: { additionalProperties: false }, example: { name: "a" } } },
    });
    expect(operation("/v1/things", "post").responses[201]).toMatchObject({
      content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" }, example } },
    });
    const { schemas } = document.components as { schemas: Record<string, Record<string, unknown>> };
    expect(Object.keys(schemas)).toEqual(["JsonValue", "Problem", "Thing"]);
    expect(schemas.Thing).not.toHaveProperty("additionalProperties");
    expect(text31).not.toMatch(/\$defs|__schema|"example":"task_/);
    const names = operation("/v1/things", "get").parameters?.map(({ name }) => name);
    expect(names).toEqual(["limit", "cursor", "agentId"]);
  });

  test("is the same every time", () => {
    const again = buildOpenApi({
      routes,
      version: "1.2.3",
      accessErrors: [{ code: "not_a_member", status: 403, message: "You are no member." }],
    });
    expect(JSON.stringify(again)).toBe(text31);
  });
});

test("the reference of errors has every code by status", () => {
  const table = renderErrorReference([...Object.values(codes), apiErrors.bad_request]);
  expect(table.split("\n")).toEqual([
    "| status | code | meaning |",
    "|---|---|---|",
    "| 400 | `bad_request` | The request is not well-formed HTTP. |",
    "| 409 | `thing_broken` | The thing is broken. |",
    "| 409 | `thing_gone` | Gone <b>\\|</b>. |",
    "",
  ]);
});

describe("the pages", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await createTestApi(routes, { errors: Object.values(codes) });
  });
  afterAll(async () => {
    await api.close();
  });

  test("the document is at /openapi.json for anybody", async () => {
    const { status, headers, body } = await api.send("GET", "/openapi.json", { scope: null });
    expect([status, body]).toMatchObject([200, { openapi: "3.1.1", info: { version: "0.0.0" } }]);
    expect(headers.get("access-control-allow-origin")).toBe("*");
  });

  test("the reference loads nothing from elsewhere and runs only its own script", async () => {
    const redirect = await api.send("GET", "/docs", { scope: null });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([301, "/docs/"]);
    const page = await api.send("GET", "/docs/", { scope: null });
    const html = String(page.body);
    expect(html).toContain("/openapi.json");
    expect(html).not.toMatch(/(src|href)="?https?:/);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https:/);
    const source = /<script[^>]*\ssrc="([^"]+)"/.exec(html)?.[1] ?? "missing";
    const script = await fetch(new URL(source, `${api.url}/docs/`));
    expect(script.status).toBe(200);
    expect(script.headers.get("content-type")).toContain("javascript");
    expect((await script.text()).length).toBeGreaterThan(100_000);
  });

  test("the type of every problem leads to its line", async () => {
    const { headers, body } = await api.send("GET", "/docs/errors", { scope: null });
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(body).toContain('<tr id="thing_broken">');
    expect(body).toContain("Gone &lt;b&gt;|&lt;/b&gt;.");
    expect(body).toContain('<tr id="internal_error">');
  });
});
