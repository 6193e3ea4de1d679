import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idPrefixes, newId, toId } from "../../src/base/ids.ts";
import { settleCost } from "../../src/usage/index.ts";
import { createTestApp, type TestApp, type TestWorkspace } from "../app.ts";
import { fillIds, valueAt } from "./bodies.ts";
import { makeCredentials, makeMember, makeObject, makeOfKind, parameterNames } from "./objects.ts";
import { type Operation, readOperations } from "./operations.ts";
import { servedOperations } from "./served.ts";

/**
 * Who may do what, for every operation that the API's own document names. An operation that is added later is covered
 * without a change here; a new kind of object or of credential needs a line in objects.ts, and the test says so.
 */

const app: TestApp = await createTestApp();
const { first, second } = app;
const operations = readOperations((await app.send("GET", "/openapi.json")).body);
afterAll(() => app.close());

const open = operations.filter(({ security }) => security.length === 0);
const closed = operations.filter(({ security }) => security.length > 0);
const ofWorkspaces = closed.filter(({ security }) => security.includes("apiKey"));
const writing = ofWorkspaces.filter(({ method }) => method !== "GET");

const madeUpUuid = "0198c6d1-7f6e-7c43-9a53-0f6c5a0c1f3e";
const idPattern = new RegExp(`\\b(${Object.values(idPrefixes).join("|")})_[0-9a-z]{26}\\b`, "g");

/** The operation's path with these values for its parameters. */
function fillPath({ path }: Operation, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? name);
}

/** The operation's path for objects that exist nowhere. */
function madeUpPath(operation: Operation): string {
  const kindOf = (name: string) => name.replace(/Id$/, "") as keyof typeof idPrefixes;
  const ids = operation.pathParameters.map((name) => [name, toId(kindOf(name), madeUpUuid)]);
  return fillPath(operation, Object.fromEntries(ids));
}

async function makePath(operation: Operation, owner: TestWorkspace): Promise<string> {
  const values: Record<string, string> = {};
  for (const name of operation.pathParameters) values[name] = await makeObject(app, owner, name, values);
  return fillPath(operation, values);
}

/** The example body with ids of the workspace's own objects. */
async function makeBody(operation: Operation, owner: TestWorkspace): Promise<unknown> {
  if (operation.body === undefined) return undefined;
  return await fillIds(operation.body, operation.idFields, (kind) => makeOfKind(app, owner, kind));
}

/** What is sent with a body: none for operations that take none. */
function contentOf(body: unknown): { readonly body?: unknown } {
  return body === undefined ? {} : { body };
}

function codeOf({ body }: { readonly body: unknown }): unknown {
  return (body as { readonly code?: unknown }).code;
}

function idsIn(value: unknown): readonly string[] {
  return JSON.stringify(value).match(idPattern) ?? [];
}

describe("without a key", () => {
  test("only these operations can be called", () => {
    const names = open.map(({ name }) => name);
    process.stdout.write(`operations for anybody:\n  ${names.join("\n  ")}\n`);
    expect(names).toEqual([
      "POST /v1/auth/sign-in",
      "POST /v1/auth/forgot-password",
      "POST /v1/auth/reset-password",
      "POST /v1/invitations/accept",
      "GET /web/v1/channels/{channelId}",
      "POST /web/v1/channels/{channelId}/visitors",
    ]);
  });

  test("only these addresses are served beside the document", () => {
    const documented = new Set(operations.map(({ name }) => name));
    const served = servedOperations(app.app);
    expect([...documented].filter((name) => !served.includes(name))).toEqual([]);
    expect(served.filter((name) => !documented.has(name)).toSorted()).toEqual([
      "GET /chat/{channelId}",
      "GET /docs",
      "GET /docs/",
      "GET /docs/errors",
      "GET /docs/js/scalar.js",
      "GET /healthz",
      "GET /openapi.json",
      "GET /pages/base.css",
      "GET /pages/chat-api.js",
      "GET /pages/chat-outbox.js",
      "GET /pages/chat-stream.js",
      "GET /pages/chat-text.js",
      "GET /pages/chat-view.js",
      "GET /pages/chat.css",
      "GET /pages/chat.js",
      "GET /pages/icon.svg",
      "GET /readyz",
      "OPTIONS /web/v1/channels/{channelId}",
      "OPTIONS /web/v1/channels/{channelId}/visitors",
      "OPTIONS /web/v1/events",
      "OPTIONS /web/v1/messages",
    ]);
  });

  test.each(closed)("$name answers 401", async (operation) => {
    const path = madeUpPath(operation);
    for (const headers of [
      {},
      { authorization: "Bearer errand_this-key-belongs-to-nobody" },
      { authorization: `Basic ${first.keys.admin}` },
      { cookie: "errand.session_token=nobody" },
    ]) {
      const { status } = await app.send(operation.method, path, { headers, ...contentOf(operation.body) });
      expect(status, JSON.stringify(headers)).toBe(401);
    }
  });

  const notForKeys = closed.filter(({ security }) => !security.includes("apiKey"));
  test.each(notForKeys)("$name answers 401 to an API key", async (operation) => {
    const { status } = await first.send(operation.method, madeUpPath(operation), contentOf(operation.body));
    expect(status).toBe(401);
  });
});

describe("with too small a scope", () => {
  test("only these operations that are no GET need no more than `read`", () => {
    expect(writing.filter(({ scope }) => scope === "read").map(({ name }) => name)).toEqual([
      "POST /v1/tasks/audience/preview",
      "POST /v1/schedules/preview",
      "POST /mcp",
    ]);
  });

  const forWriters = ofWorkspaces.filter(({ scope }) => scope !== "read");
  test.each(forWriters)("$name answers 403 to a key that may read", async (operation) => {
    const content = { scope: "read", ...contentOf(operation.body) } as const;
    const answer = await first.send(operation.method, madeUpPath(operation), content);
    expect([answer.status, codeOf(answer)]).toEqual([403, "scope_missing"]);
  });

  const forAdmins = ofWorkspaces.filter(({ scope }) => scope === "admin");
  test.each(forAdmins)("$name answers 403 to a key that may write", async (operation) => {
    const content = { scope: "write", ...contentOf(operation.body) } as const;
    const answer = await first.send(operation.method, madeUpPath(operation), content);
    expect([answer.status, codeOf(answer)]).toEqual([403, "scope_missing"]);
  });

  test("a viewer changes nothing", async () => {
    const { cookie } = await makeMember(app, first, "viewer");
    const answers = [];
    for (const operation of forWriters) {
      const content = { headers: { cookie }, ...contentOf(operation.body) };
      const answer = await app.send(operation.method, madeUpPath(operation), content);
      answers.push([operation.name, answer.status, codeOf(answer)]);
    }
    expect(answers).toEqual(forWriters.map(({ name }) => [name, 403, "scope_missing"]));
  });
});

describe("with another workspace's key", () => {
  const withIds = closed.filter(({ pathParameters }) => pathParameters.length > 0);
  test.each(withIds)("$name answers 404", async (operation) => {
    const path = await makePath(operation, first);
    const headers = await makeCredentials(app, second, operation.security[0]);
    const content = { headers, ...contentOf(await makeBody(operation, second)) };
    const answer = await app.send(operation.method, path, content);
    expect([answer.status, codeOf(answer)]).toEqual([404, "not_found"]);
    // It is there, so it was the workspace that made the difference, and the request changed nothing of it.
    expect(await statusFor(operation, path)).not.toBe(404);
  });

  /** The status that the first workspace gets. */
  async function statusFor(operation: Operation, path: string): Promise<number> {
    const body = await makeBody(operation, first);
    const headers = await makeCredentials(app, first, operation.security[0]);
    if (!operation.isStream)
      return (await app.send(operation.method, path, { headers, ...contentOf(body) })).status;
    const response = await fetch(app.url + path, { headers });
    await response.body?.cancel();
    return response.status;
  }

  const reading = closed.filter(
    ({ method, isStream, pathParameters }) => method === "GET" && !isStream && pathParameters.length === 0,
  );
  /** Both workspaces have one of everything from here on. */
  beforeAll(async () => {
    for (const workspace of [first, second]) {
      for (const name of parameterNames) await makeObject(app, workspace, name);
      const call = { key: "call", agentId: newId(), executionId: newId(), costUsd: "0.01" };
      await settleCost(app.core, workspace.id, call);
    }
  });
  test("every answer is empty of the other's rows", async () => {
    const theirs = new Map<string, string>();
    for (const operation of reading) {
      const body = await read(first, operation);
      if (operation.isList) expect(itemsOf(body), `${operation.name} has rows of its own`).not.toEqual([]);
      for (const id of idsIn(body)) theirs.set(id, operation.name);
    }
    for (const operation of reading) {
      const found = idsIn(await read(second, operation)).filter((id) => theirs.has(id));
      expect(found, operation.name).toEqual([]);
    }
  });

  const filtered = reading.flatMap((operation) =>
    operation.idFilters.map((filter) => ({ operation, filter, name: `${operation.name}?${filter.name}=` })),
  );
  test.each(filtered)("$name answers an empty list", async ({ operation, filter }) => {
    const id = await makeOfKind(app, first, filter.kind);
    expect(itemsOf(await read(second, operation, { [filter.name]: id }))).toEqual([]);
  });

  const searched = reading.filter(({ isSearched }) => isSearched);
  test.each(searched)("$name?q= finds nothing of the other's", async (operation) => {
    const own = itemsOf(await read(first, operation));
    const theirs = new Set(idsIn(own));
    // Conversations and executions are found by what their contacts are called.
    const contacts = (await first.send("GET", "/v1/contacts")).body;
    let found = 0;
    for (const q of [...textsIn(own), ...textsIn(contacts)]) {
      found += idsIn(itemsOf(await read(first, operation, { q }))).length;
      const leaked = idsIn(itemsOf(await read(second, operation, { q }))).filter((id) => theirs.has(id));
      expect(leaked, q).toEqual([]);
    }
    expect(found, "what its own key finds by the same texts").toBeGreaterThan(0);
  });

  /** Some of the texts that stand in a list. */
  function textsIn(value: unknown): readonly string[] {
    const texts = new Set<string>();
    JSON.stringify(value, (_key, part: unknown) => {
      if (typeof part === "string" && part.length <= 200 && part.trim() !== "") texts.add(part);
      return part;
    });
    return [...texts].slice(0, 40);
  }

  async function read(workspace: TestWorkspace, operation: Operation, filter = {}): Promise<unknown> {
    const headers = await makeCredentials(app, workspace, operation.security[0]);
    const query = new URLSearchParams({ ...operation.query, ...filter });
    const { status, body } = await app.send("GET", `${operation.path}?${query}`, { headers });
    expect(status, operation.name).toBe(200);
    return body;
  }

  /** A calendar has days in place of items. */
  function itemsOf(body: unknown): unknown {
    const { items, days } = body as { readonly items?: unknown; readonly days?: unknown };
    return items ?? days;
  }
});

describe("another workspace's id in a body", () => {
  interface Told {
    readonly errors?: readonly { readonly path: string; readonly code: string }[];
    readonly items?: readonly {
      readonly id: string;
      readonly ok?: boolean;
      readonly error?: { readonly code: string };
    }[];
  }

  test("is marked as an id of a kind wherever it can stand", () => {
    const unmarked = operations.flatMap(({ name, unmarkedIds }) =>
      unmarkedIds.map((path) => `${name} ${path}`),
    );
    expect(unmarked, "declare these with idOf(kind), so that they are checked").toEqual([]);
  });

  const fields = closed.flatMap((operation) =>
    operation.idFields.map((field) => ({
      operation,
      field,
      name: `${operation.name} at ${field.path.join(".")}`,
    })),
  );
  test.each(fields)("$name answers 422", async ({ operation, field }) => {
    const path = await makePath(operation, second);
    const headers = await makeCredentials(app, second, operation.security[0]);
    const faultsWith = async (id: string) => {
      const own = await fillIds(operation.body ?? {}, operation.idFields, (kind) =>
        makeOfKind(app, second, kind),
      );
      const body = valueAt(own, field.path, id);
      const answer = await app.send(operation.method, path, { headers, body });
      const { errors = [], items } = answer.body as Told;
      // What works on each of several things says of each what became of it.
      const told = items?.find((item) => item.id === id);
      if (told?.ok !== undefined)
        return { status: 422, codes: told.error === undefined ? [] : [told.error.code] };
      return {
        status: answer.status,
        codes: errors.filter(({ path: at }) => at === field.path.join(".")).map(({ code }) => code),
      };
    };
    expect(await faultsWith(await makeOfKind(app, first, field.kind))).toEqual({
      status: 422,
      codes: ["not_found"],
    });
    expect(await faultsWith(toId(field.kind, newId()))).toEqual({ status: 422, codes: ["not_found"] });
    expect((await faultsWith(await makeOfKind(app, second, field.kind))).codes).not.toContain("not_found");
  });
});
