import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { type ApiOptions, createApi } from "../src/api/index.ts";
import { bearerToken } from "../src/base/credentials.ts";
import { newId } from "../src/base/ids.ts";
import { type Caller, type Credentials, type Route, type Scope, scopes } from "../src/base/route.ts";
import { createTestCore, type TestCore } from "./core.ts";

export interface TestApi {
  readonly core: TestCore;
  readonly app: FastifyInstance;
  /** For instance `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly workspaceId: string;
  /** Sends a request; `body` becomes JSON. Answers status, headers and the parsed body. */
  send(method: string, path: string, options?: SendOptions): Promise<Received>;
  close(): Promise<void>;
}

export interface Content {
  /** Becomes JSON. */
  readonly body?: unknown;
  /** Sent as it stands instead of `body`. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SendOptions extends Content {
  /** The key's scope; null = no key. Default `write`. */
  readonly scope?: Scope | null;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A server with invented routes. `scope-<scope>` is a key with that scope. */
export async function createTestApi(
  routes: readonly Route[],
  options: Partial<ApiOptions> & { readonly core?: TestCore } = {},
): Promise<TestApi> {
  const core = options.core ?? (await createTestCore());
  const workspaceId = await core.newWorkspace();
  // UUIDs, as the audit log wants them.
  const keyIds = { read: newId(), write: newId(), admin: newId() };
  const app = await createApi({
    routes,
    errors: [],
    version: "0.0.0",
    trustProxy: false,
    operations: { healthChecks: [] },
    limits: { perCaller: 10_000, failuresPerAddress: 10_000 },
    authenticate: async (credentials) => callerOf(credentials, workspaceId, keyIds),
    ...options,
    core,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    core,
    app,
    url,
    workspaceId,
    send: (method, path, sendOptions) => send(url + path, method, sendOptions ?? {}),
    async close() {
      await app.close();
      await core.close();
    },
  };
}

function callerOf(
  credentials: Credentials,
  workspaceId: string,
  keyIds: Readonly<Record<Scope, string>>,
): Caller | undefined {
  const token = bearerToken(credentials.headers);
  const scope = scopes.find((known) => token === `scope-${known}`);
  return scope && { workspaceId, kind: "api_key", id: keyIds[scope], scope, role: null };
}

async function send(url: string, method: string, options: SendOptions): Promise<Received> {
  const { scope = "write", ...content } = options;
  const key = scope === null ? {} : { authorization: `Bearer scope-${scope}` };
  return await sendRequest(url, method, { ...content, headers: { ...key, ...content.headers } });
}

/** Sends one request; what is JSON in the answer is parsed. */
export async function sendRequest(url: string, method: string, options: Content): Promise<Received> {
  const { body, raw } = options;
  const headers: Record<string, string> = { ...options.headers };
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  if (payload !== undefined) headers["content-type"] ??= "application/json";
  const response = await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(payload === undefined ? {} : { body: payload }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: json && text !== "" ? JSON.parse(text) : text,
  };
}
