import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { TestApi } from "../../../test/api.ts";
import { createTestCore, type TestCore } from "../../../test/core.ts";
import { createModuleApi } from "../../../test/module-api.ts";
import type { Scope } from "../../base/route.ts";
import { agentsModule } from "../index.ts";

export interface ReceivedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>;

export interface ToolServer {
  /** For instance `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** What the next requests are answered with. */
  answerWith(answer: Answer): void;
  close(): Promise<void>;
}

/** A server that tools call, on the loopback address `host`. */
export async function startToolServer(host = "127.0.0.1"): Promise<ToolServer> {
  const requests: ReceivedRequest[] = [];
  let answer: Answer = (_request, response) => {
    response.end();
  };
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece);
    const { method = "", url = "", headers } = incoming;
    const request = { method, path: url, headers, body: Buffer.concat(pieces).toString() };
    requests.push(request);
    await answer(request, response);
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://${host}:${address.port}`,
    requests,
    answerWith(next) {
      answer = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function answerJson(body: unknown, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(body));
  };
}

export type Json = Readonly<Record<string, unknown>>;

export interface ToolsFixture {
  readonly core: TestCore;
  readonly api: TestApi;
  /** Sends a request with an admin's key. */
  request(
    method: string,
    path: string,
    body?: unknown,
    scope?: Scope,
  ): Promise<{ status: number; body: Json }>;
  /** Creates a tool and answers it. Throws if it is refused. */
  newTool(tool: Json): Promise<Json & { readonly id: string }>;
  /** Creates an agent and answers its id. */
  newAgent(fields: Json): Promise<string>;
  close(): Promise<void>;
}

/** The agents module behind its API; tools may reach 127.0.0.1 and nothing else that is private. */
export async function createToolsFixture(): Promise<ToolsFixture> {
  const core = await createTestCore();
  const module = agentsModule(core, { privateHosts: ["127.0.0.1"] });
  core.extensions.add(module.contributions ?? []);
  const api = await createModuleApi(core, [module]);
  const request: ToolsFixture["request"] = async (method, path, body, scope = "admin") => {
    const content = body === undefined ? {} : { body };
    const received = await api.send(method, `/v1${path}`, { scope, ...content });
    return { status: received.status, body: received.body as Json };
  };
  const created = async (path: string, body: Json) => {
    const answer = await request("POST", path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return { ...answer.body, id: String(answer.body.id) };
  };
  let modelProviderId: string | undefined;
  return {
    core,
    api,
    request,
    newTool: (tool) =>
      created("/tools", { description: "A tool of the tests.", inputSchema: { type: "object" }, ...tool }),
    async newAgent(fields) {
      modelProviderId ??= (await created("/model-providers", { name: "Sandbox", kind: "sandbox" })).id;
      const agent = { name: "Mia", instructions: "Be brief.", modelProviderId, model: "sandbox", ...fields };
      return (await created("/agents", agent)).id;
    },
    close: () => api.close(),
  };
}

/** `path code` of each fault in a problem document. */
export function fieldErrors(body: Json): readonly string[] {
  const errors = (body.errors ?? []) as readonly { readonly path: string; readonly code: string }[];
  return errors.map(({ path, code }) => `${path} ${code}`);
}
