import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { addKinds, beginLife, enqueue, readSteps } from "../../../test/engine.ts";
import { requireRow } from "../../base/errors.ts";
import { fromId, newId } from "../../base/ids.ts";
import { createAgentTools } from "./agent-tools.ts";
import { callTool } from "./call-tool.ts";
import type { ToolSnapshot } from "./tool-definition.ts";
import {
  type Answer,
  createToolsFixture,
  type Json,
  startToolServer,
  type ToolServer,
  type ToolsFixture,
} from "./tools.test-support.ts";
import { loadToolSnapshots } from "./tools.ts";

let fixture: ToolsFixture;
let server: ToolServer;
let workspaceId: string;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  fixture = await createToolsFixture();
  workspaceId = fixture.api.workspaceId;
  server = await startToolServer();
  addKinds(fixture.core, { name: "test", run: async () => ({ status: "completed", outcome: "none" }) });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});
afterAll(async () => {
  await server.close();
  await fixture.close();
});

async function save(fields: Json = {}): Promise<ToolSnapshot> {
  const name = `tool_${newId().replaceAll("-", "")}`;
  const { id } = await fixture.newTool({
    name,
    method: "POST",
    url: server.url,
    timeoutSeconds: 1,
    ...fields,
  });
  const uuid = requireRow(fromId("tool", id), "reading a tool's id");
  const [snapshot] = await fixture.core.db.tenant(workspaceId, (tx) => loadToolSnapshots(tx, [uuid]));
  return requireRow(snapshot, "loading a tool");
}

async function resultOf(fields: Json) {
  const { result } = await callTool(fixture.core, {
    ...{ workspaceId, tool: await save(fields), input: {}, contactId: null, idempotencyKey: "key-1" },
    signal: new AbortController().signal,
  });
  return "reason" in result ? [result.status, result.reason.code] : result;
}

/** A server below HTTP, and its address. */
async function listen(meet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const low: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    meet(socket);
  });
  low.listen(0, "127.0.0.1");
  await once(low, "listening");
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    low.close();
    await once(low, "close");
  });
  const address = low.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}

const breakOff: Answer = (_request, response) => void response.destroy();
const breakOffLater: Answer = (_request, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("x", () => response.destroy());
};
const redirectTo =
  (location: string, status: number): Answer =>
  (request, response) => {
    if (request.path !== "/") response.destroy();
    else response.writeHead(status, { location }).end();
  };
const nowhere = "http://127.0.0.1:1/";
const forbidden = "http://169.254.169.254/";

describe("a request that the server had received", () => {
  it.each<[string, Answer, string]>([
    ["and broke off from", breakOff, "network_error"],
    ["and broke off from in its answer", breakOffLater, "network_error"],
    ["and did not answer in time", () => undefined, "timeout"],
    ["and answered with a redirect to nowhere", redirectTo(nowhere, 303), "network_error"],
    ["and answered with a redirect to where none may go", redirectTo(forbidden, 302), "address_not_allowed"],
    ["and sent on in a circle", redirectTo("/", 303), "too_many_redirects"],
    ["and sent on to where it broke off", redirectTo("/there", 307), "network_error"],
  ])("%s is unknown", async (_name, answer, code) => {
    server.answerWith(answer);
    expect(await resultOf({})).toEqual(["unknown", code]);
  });

  it.each<[string, Answer, string]>([
    ["breaks off", breakOff, "network_error"],
    ["does not answer in time", () => undefined, "timeout"],
  ])("has failed where it %s and the tool says that it may be made again", async (_name, answer, code) => {
    server.answerWith(answer);
    expect(await resultOf({ idempotent: true })).toEqual(["failed", code]);
  });
});

describe("a request that never went out has failed", () => {
  it("where nobody listens", async () => {
    expect(await resultOf({ url: nowhere })).toEqual(["failed", "network_error"]);
  });

  it("where the name has no address", async () => {
    expect(await resultOf({ url: "http://nothing.invalid/" })).toEqual(["failed", "network_error"]);
  });

  it("where the address is not allowed", async () => {
    expect(await resultOf({ url: forbidden })).toEqual(["failed", "address_not_allowed"]);
  });

  it("where the connection breaks off in the TLS handshake", async () => {
    const host = await listen((socket) => socket.once("data", () => socket.destroy()));
    expect(await resultOf({ url: `https://${host}/` })).toEqual(["failed", "network_error"]);
  });

  it("where the TLS handshake takes longer than the tool may", async () => {
    const host = await listen(() => undefined);
    expect(await resultOf({ url: `https://${host}/` })).toEqual(["failed", "timeout"]);
  });

  it("where a server wants it elsewhere and that cannot be reached", async () => {
    server.answerWith(redirectTo(nowhere, 307));
    expect(await resultOf({})).toEqual(["failed", "network_error"]);
  });
});

it("is unknown in the journal, and the model is told not to call again", async () => {
  server.answerWith(breakOff);
  const before = server.requests.length;
  const id = await enqueue(fixture.core, workspaceId, { kind: "test" });
  const snapshot = await save();
  const run = async () => {
    const { ctx } = await beginLife(fixture.core, id);
    const [tool] = createAgentTools(fixture.core, ctx, [snapshot]);
    return requireRow(tool, "making a tool").run({});
  };
  const outcome = await run();
  expect(outcome.did).toBeUndefined();
  expect(outcome.output).toMatchObject({
    status: "unknown",
    reason: {
      code: "unknown",
      message: expect.stringMatching(/broke off: .* not known.* Do not make this call again/),
    },
  });
  const [, result] = await readSteps(fixture.core, workspaceId, id);
  expect(result).toMatchObject({ kind: "tool_result", payload: { error: { code: "unknown" } } });
  // Another attempt reads it from the journal.
  expect(await run()).toEqual(outcome);
  expect(server.requests.length).toBe(before + 1);
});
