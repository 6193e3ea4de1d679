import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../../test/until.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { requireRow } from "../../base/errors.ts";
import { fromId, newId, toId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import { type CalledTool, callTool, type ToolCall } from "./call-tool.ts";
import type { ToolSnapshot } from "./tool-definition.ts";
import {
  type Answer,
  answerJson,
  createToolsFixture,
  type Json,
  startToolServer,
  type ToolServer,
  type ToolsFixture,
} from "./tools.test-support.ts";
import { loadToolSnapshots } from "./tools.ts";

let fixture: ToolsFixture;
let server: ToolServer;
const others: ToolServer[] = [];

beforeAll(async () => {
  fixture = await createToolsFixture();
  server = await startToolServer();
});
afterAll(async () => {
  await server.close();
  await fixture.close();
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});

async function startOther(host?: string): Promise<ToolServer> {
  const other = await startToolServer(host);
  others.push(other);
  return other;
}

const secret = "very-secret-token";
const nobody = { caller: null, requestId: null };

/** Saves a tool and answers it as executions keep it. */
async function save(tool: Json): Promise<ToolSnapshot> {
  const { id } = await fixture.newTool({
    name: `tool_${newId().replaceAll("-", "")}`,
    url: server.url,
    ...tool,
  });
  const uuid = requireRow(fromId("tool", id), "reading a tool's id");
  const [snapshot] = await fixture.core.db.tenant(fixture.api.workspaceId, (tx) =>
    loadToolSnapshots(tx, [uuid]),
  );
  return requireRow(snapshot, "loading a tool");
}

function call(
  tool: ToolSnapshot,
  changes: Partial<ToolCall> & { readonly clock?: Clock } = {},
): Promise<CalledTool> {
  const { clock = systemClock, ...rest } = changes;
  const signal = new AbortController().signal;
  const base = {
    workspaceId: fixture.api.workspaceId,
    tool,
    input: {},
    contactId: null,
    idempotencyKey: "exec:7",
  };
  return callTool({ ...fixture.core, clock }, { ...base, signal, ...rest });
}

/** Saves a tool, calls it and answers the result. */
async function resultOf(tool: Json, answer: Answer): Promise<CalledTool["result"]> {
  server.answerWith(answer);
  return (await call(await save(tool))).result;
}

function reasonOf({ result }: CalledTool): string | undefined {
  return result.status === "failed" ? result.reason.code : undefined;
}

const patch = (tool: ToolSnapshot, body: Json) =>
  fixture.request("PATCH", `/tools/${toId("tool", tool.id)}`, body);

describe("a call", () => {
  it("sends what the templates make of input and contact, with the secret and a key", async () => {
    server.answerWith(answerJson({ state: "shipped" }));
    const contact = await fixture.core.db.tenant(fixture.api.workspaceId, (tx) =>
      createContact(fixture.core, tx, { name: "Anna", attributes: { plan: "pro" } }, nobody),
    );
    const tool = await save({
      method: "POST",
      url: `${server.url}/orders/{{input.orderId}}`,
      headers: { "X-Plan": "{{contact.attributes.plan}}" },
      body: { for: "{{contact.name}}", orderId: "{{input.orderId}}" },
      auth: { kind: "header", headerName: "X-Api-Key", secret },
      inputSchema: { type: "object", properties: { orderId: { type: "integer" } } },
    });
    const called = await call(tool, { input: { orderId: 42 }, contactId: contact.id });
    expect(called.result).toEqual({ status: 200, body: { state: "shipped" } });
    const sent = requireRow(server.requests.at(-1), "reading a request");
    expect(sent).toMatchObject({ method: "POST", path: "/orders/42", body: '{"for":"Anna","orderId":42}' });
    expect(sent.headers).toMatchObject({
      "x-plan": "pro",
      "x-api-key": secret,
      "idempotency-key": "exec:7",
      "content-type": "application/json",
    });
    expect(called.request).toMatchObject({
      method: "POST",
      url: `${server.url}/orders/42`,
      headers: { "x-plan": "pro", "x-api-key": "[secret]" },
    });
  });

  it("fails with what is missing, and sends nothing", async () => {
    const before = server.requests.length;
    const called = await call(await save({ url: `${server.url}/{{contact.email}}` }));
    expect(called.result).toEqual({
      status: "failed",
      reason: { code: "template_fault", message: "url: {{contact.email}} has no value" },
    });
    expect(called.request).toBeUndefined();
    expect(server.requests.length).toBe(before);
  });

  it("is not made inside a transaction", async () => {
    const tool = await save({});
    const nested = fixture.core.db.tenant(fixture.api.workspaceId, () => call(tool));
    await expect(nested).rejects.toThrow("transaction");
  });
});

describe("an answer", () => {
  const plain =
    (body: string | Buffer, type?: string, status = 200): Answer =>
    (_request, response) => {
      response.writeHead(status, type === undefined ? {} : { "content-type": type });
      response.end(body);
    };

  it.each<[string, Answer, unknown]>([
    ["JSON", answerJson([1]), { status: 200, body: [1] }],
    ["JSON of another name", plain("{}", "application/problem+json"), { status: 200, body: {} }],
    ["JSON that is none", plain("{oops", "application/json"), { status: 200, body: "{oops" }],
    ["text", plain("hello", "text/plain"), { status: 200, body: "hello" }],
    ["what has no type", plain("hello"), { status: 200, body: "hello" }],
    ["another charset", plain(Buffer.from([0xe4]), "text/plain; charset=latin1"), { status: 200, body: "ä" }],
    ["an unknown charset", plain("ä", "text/plain; charset=nope"), { status: 200, body: "ä" }],
    ["nothing", plain(""), { status: 200, body: "" }],
    [
      "an error",
      answerJson({ error: "no such order" }, 404),
      { status: 404, body: { error: "no such order" } },
    ],
    ["a fault of the server", plain("sorry", "text/html", 500), { status: 500, body: "sorry" }],
    [
      "a picture",
      plain(Buffer.from([1, 2]), "image/png"),
      { status: 200, body: null, note: "The answer is image/png, which cannot be shown as text." },
    ],
  ])("%s", async (_name, answer, result) => {
    expect(await resultOf({}, answer)).toEqual(result);
  });

  it("that is long is cut for the model", async () => {
    const result = await resultOf({}, answerJson({ text: "ä".repeat(30_000) }));
    expect(result).toMatchObject({ status: 200, note: expect.stringContaining("first 20000 characters") });
    expect("body" in result && String(result.body).length).toBe(20_000);
  });

  it("that never ends is read up to a megabyte", async () => {
    let written = 0;
    let isClosed = false;
    const result = await resultOf({}, (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const write = () => {
        while (!isClosed && response.write("x".repeat(100_000))) written += 100_000;
      };
      response.on("drain", write);
      response.on("close", () => {
        isClosed = true;
      });
      write();
    });
    expect(result).toMatchObject({ status: 200, note: expect.stringContaining("more than a megabyte") });
    await until("the connection to be closed", () => isClosed);
    expect(written).toBeLessThan(20_000_000);
  });

  it("that grows when it is unpacked is read up to a megabyte", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x61));
    const result = await resultOf({}, (_request, response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" });
      response.end(bomb);
    });
    expect(result).toMatchObject({ status: 200, note: expect.stringContaining("more than a megabyte") });
  });
});

describe("a server that does not answer", () => {
  it.each<[string, Answer]>([
    ["at all", () => undefined],
    [
      "to its end",
      (_request, response) => {
        response.writeHead(200, { "content-type": "text/plain" });
        response.write("the beginning");
      },
    ],
  ])("%s in time is a reason", async (_name, answer) => {
    const result = await resultOf({ timeoutSeconds: 1 }, answer);
    expect(result).toEqual({
      status: "failed",
      reason: { code: "timeout", message: "The tool's server did not answer within 1 s." },
    });
  });

  it("leaves it open whether something was done", async () => {
    const result = await resultOf({ timeoutSeconds: 1, method: "POST" }, () => undefined);
    expect(result).toMatchObject({ reason: { message: expect.stringContaining("not known") } });
  });

  it.each<[string, Answer]>([
    ["breaks off before it", (_request, response) => void response.destroy()],
    [
      "breaks off in it",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("x", () => response.destroy());
      },
    ],
  ])("and %s is a reason", async (_name, answer) => {
    const result = await resultOf({}, answer);
    expect(result).toMatchObject({ status: "failed", reason: { code: "network_error" } });
  });

  it("and is not there is a reason", async () => {
    const other = await startToolServer();
    await other.close();
    const called = await call(await save({ url: other.url }));
    expect(reasonOf(called)).toBe("network_error");
    expect(JSON.stringify(called.result)).toContain("ECONNREFUSED");
  });

  it("is left when the call is given up", async () => {
    server.answerWith(() => undefined);
    const tool = await save({});
    const abort = new AbortController();
    const before = server.requests.length;
    const calling = call(tool, { signal: abort.signal });
    await until("the request", () => server.requests.length > before);
    abort.abort(new Error("cancelled"));
    await expect(calling).rejects.toThrow("cancelled");
  });
});

describe("a server that is busy", () => {
  const busy =
    (status: number, retryAfter?: string): Answer =>
    (_request, response) => {
      response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
      response.end("busy");
    };

  /** Waits no longer than it must, and notes for how long it was asked to wait. */
  function impatientClock(): Clock & { readonly waits: readonly number[] } {
    const waits: number[] = [];
    return {
      ...systemClock,
      waits,
      after(ms, callback) {
        // The deadline of an attempt stays.
        if (ms === 15_000) return systemClock.after(ms, callback);
        waits.push(ms);
        return systemClock.after(0, callback);
      },
    };
  }

  async function callBusy(tool: Json, answer: Answer) {
    server.answerWith(answer);
    const saved = await save(tool);
    const before = server.requests.length;
    const clock = impatientClock();
    const { result } = await call(saved, { clock });
    const keys = server.requests.slice(before).map(({ headers }) => headers["idempotency-key"]);
    return { result, waits: clock.waits, keys };
  }

  it.each([429, 503])("with %i is asked twice more with the same key", async (status) => {
    const { result, waits, keys } = await callBusy({}, busy(status));
    expect(result).toEqual({ status, body: "busy" });
    expect(waits).toEqual([1_000, 2_000]);
    expect(keys).toEqual(["exec:7", "exec:7", "exec:7"]);
  });

  it("is asked after the pause that it wants, if that is short", async () => {
    expect((await callBusy({}, busy(429, "10"))).waits).toEqual([10_000, 10_000]);
    expect((await callBusy({}, busy(429, "11"))).keys).toHaveLength(1);
    const inAnHour = new Date(systemClock.now().getTime() + 3_600_000).toUTCString();
    expect((await callBusy({}, busy(503, inAnHour))).keys).toHaveLength(1);
  });

  it("is not asked again by a tool that may not be called twice, nor for other errors", async () => {
    expect((await callBusy({ method: "POST" }, busy(503))).keys).toHaveLength(1);
    expect((await callBusy({ method: "POST", idempotent: true }, busy(503))).keys).toHaveLength(3);
    expect((await callBusy({}, busy(500))).keys).toHaveLength(1);
  });

  it("may have time for the second attempt", async () => {
    let asked = 0;
    const { result } = await callBusy({}, (request, response) => {
      asked += 1;
      return asked === 1 ? busy(503)(request, response) : answerJson({ ok: true })(request, response);
    });
    expect(result).toEqual({ status: 200, body: { ok: true } });
  });
});

describe("addresses", () => {
  it.each([
    "http://127.0.0.2:9090/",
    "http://2130706434:9090/",
    "http://[::1]:9090/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data",
  ])("%s is refused", async (url) => {
    expect(reasonOf(await call(await save({ url })))).toBe("address_not_allowed");
  });

  const redirectTo =
    (location: string, status = 302): Answer =>
    (_request, response) => {
      response.writeHead(status, { location });
      response.end();
    };

  it("are checked again after a redirect", async () => {
    const inner = await startOther("127.0.0.2");
    server.answerWith(redirectTo(`${inner.url}/latest`));
    expect(reasonOf(await call(await save({})))).toBe("address_not_allowed");
    expect(inner.requests).toEqual([]);
    server.answerWith(redirectTo("file:///etc/passwd"));
    expect(reasonOf(await call(await save({})))).toBe("address_not_allowed");
  });

  it("of another server get no secret and no headers of the tool", async () => {
    const other = await startOther();
    other.answerWith(answerJson({ ok: true }));
    server.answerWith(redirectTo(`${other.url}/there`, 307));
    const tool = await save({
      method: "POST",
      body: { a: 1 },
      headers: { "X-Shop": "berlin", Cookie: "session=1" },
      auth: { kind: "bearer", secret },
    });
    expect((await call(tool)).result).toEqual({ status: 200, body: { ok: true } });
    const [received] = other.requests;
    expect(received).toMatchObject({ method: "POST", path: "/there", body: '{"a":1}' });
    expect(Object.keys(received?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/authorization|cookie|x-shop/)]),
    );
    expect(JSON.stringify(received)).not.toContain(secret);
  });

  it("of the same server get both", async () => {
    server.answerWith((request, response) =>
      request.path === "/"
        ? redirectTo("/there")(request, response)
        : answerJson({ ok: true })(request, response),
    );
    const tool = await save({ method: "POST", body: { a: 1 }, auth: { kind: "bearer", secret } });
    expect((await call(tool)).result).toEqual({ status: 200, body: { ok: true } });
    const received = server.requests.at(-1);
    expect(received).toMatchObject({ method: "GET", path: "/there", body: "" });
    expect(received?.headers.authorization).toBe(`Bearer ${secret}`);
  });

  it("may change three times and no more", async () => {
    let hops = 0;
    const hopping =
      (most: number): Answer =>
      (request, response) => {
        hops += 1;
        return hops > most
          ? answerJson({ hops })(request, response)
          : redirectTo(`/${hops}`)(request, response);
      };
    expect(await resultOf({}, hopping(3))).toEqual({ status: 200, body: { hops: 4 } });
    hops = 0;
    expect(await resultOf({}, hopping(4))).toMatchObject({ reason: { code: "too_many_redirects" } });
  });
});

describe("the secret", () => {
  it.each<[string, Answer]>([
    ["echoed as text", (request, response) => void response.end(`got ${request.headers.authorization}`)],
    ["echoed in JSON", (request, response) => answerJson({ [secret]: [request.headers] })(request, response)],
    [
      "escaped in JSON",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(`{"a":"\\u0076ery-secret-token"}`);
      },
    ],
    [
      "in base64",
      (_request, response) => void response.end(`x ${Buffer.from(`mia:${secret}`).toString("base64")} y`),
    ],
    [
      "in the name of a server",
      (_request, response) => {
        response.writeHead(302, { location: `http://${secret}.localhost:9090/` });
        response.end();
      },
    ],
  ])("%s does not come back", async (_name, answer) => {
    for (const auth of [
      { kind: "bearer", secret },
      { kind: "basic", username: "mia", secret },
    ]) {
      const result = JSON.stringify(await resultOf({ auth }, answer));
      expect(result).not.toContain(secret);
      expect(result).not.toContain(Buffer.from(`mia:${secret}`).toString("base64"));
    }
  });

  it("is read at each call, as is whether the tool may be called", async () => {
    server.answerWith(answerJson({}));
    const tool = await save({ auth: { kind: "bearer", secret } });
    await patch(tool, { auth: { kind: "bearer", secret: "another-token" } });
    await call(tool);
    expect(server.requests.at(-1)?.headers.authorization).toBe("Bearer another-token");
    await patch(tool, { enabled: false });
    expect(reasonOf(await call(tool))).toBe("tool_disabled");
    expect((await call(tool, { evenDisabled: true })).result.status).toBe(200);
    await fixture.request("DELETE", `/tools/${toId("tool", tool.id)}`);
    expect(reasonOf(await call(tool))).toBe("tool_deleted");
  });

  it("does not go to the server that the tool had before", async () => {
    const tool = await save({ auth: { kind: "bearer", secret } });
    const before = server.requests.length;
    await patch(tool, {
      url: "https://shop.example.com/",
      auth: { kind: "bearer", secret: "another-token" },
    });
    expect(reasonOf(await call(tool))).toBe("tool_changed");
    expect(server.requests.length).toBe(before);
  });

  it("that cannot be decrypted is a reason", async () => {
    const tool = await save({ auth: { kind: "bearer", secret } });
    await fixture.core.db.tenant(fixture.api.workspaceId, (tx) =>
      tx.query({ text: "update tools set secret_sealed = '\\x01' where id = $1", values: [tool.id] }),
    );
    expect(reasonOf(await call(tool))).toBe("secret_unreadable");
  });
});
