import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { AppError } from "../base/errors.ts";
import { customRoute, publicRoute, type Route, type RouteAccess, route } from "../base/route.ts";
import { apiErrors } from "./index.ts";

const access: RouteAccess<string> = {
  kind: "custom",
  scheme: "visitorToken",
  async authenticate({ headers }) {
    if (headers.authorization !== "Bearer visitor") throw new AppError(apiErrors.unauthenticated);
    return "visitor";
  },
};
const answer = {
  tag: "T",
  summary: "s",
  response: z.object({ ok: z.boolean() }),
  handler: async () => ({ ok: true }),
};
const routes: readonly Route[] = [
  customRoute({ ...answer, access, method: "GET", path: "/web/v1/messages", operationId: "fetchMessages" }),
  customRoute({
    ...answer,
    access,
    method: "POST",
    path: "/web/v1/messages",
    operationId: "writeMessage",
    body: z.object({ text: z.string() }),
  }),
  publicRoute({
    ...answer,
    method: "POST",
    path: "/web/v1/channels/:channelId/visitors",
    operationId: "createVisitor",
    params: z.object({ channelId: z.string() }),
  }),
  route({ ...answer, scope: "read", method: "GET", path: "/v1/things", operationId: "listThings" }),
];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi(routes);
});
afterAll(() => api.close());

const origin = "https://shop.example.com";

/** Sends what a browser sends for a page of another origin; answers the status and the headers about origins. */
async function ask(
  method: string,
  path: string,
  more: { headers?: Record<string, string>; body?: unknown } = {},
) {
  const headers = { origin, "sec-fetch-site": "cross-site", ...more.headers };
  const { status, headers: received } = await api.send(method, path, { ...more, scope: null, headers });
  const about = [...received].filter(([name]) => name.startsWith("access-control-"));
  return { status, about: Object.fromEntries(about), allow: received.get("allow") };
}

function preflight(path: string, method: string) {
  return ask("OPTIONS", path, {
    headers: {
      "access-control-request-method": method,
      "access-control-request-headers": "authorization,content-type",
    },
  });
}

const readable = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "x-request-id, retry-after",
};

test.each([
  ["/web/v1/messages", "GET, POST"],
  ["/web/v1/channels/chan_1/visitors", "POST"],
])("a preflight for %s is answered to anybody", async (path, methods) => {
  expect(await preflight(path, "POST")).toEqual({
    status: 204,
    allow: null,
    about: {
      ...readable,
      "access-control-allow-methods": methods,
      "access-control-allow-headers": "authorization, content-type, last-event-id, x-request-id",
      "access-control-max-age": "7200",
    },
  });
});

test("answers can be read from any origin, and cookies are never asked for", async () => {
  const headers = { authorization: "Bearer visitor" };
  expect(await ask("GET", "/web/v1/messages", { headers })).toEqual({
    status: 200,
    about: readable,
    allow: null,
  });
  const body = { text: "Hello" };
  expect(await ask("POST", "/web/v1/messages", { headers, body })).toMatchObject({
    status: 200,
    about: readable,
  });
  expect(await ask("POST", "/web/v1/channels/chan_1/visitors")).toMatchObject({
    status: 200,
    about: readable,
  });
});

test("errors can be read too, so that a page can say what was wrong", async () => {
  expect(await ask("GET", "/web/v1/messages")).toMatchObject({ status: 401, about: readable });
  const headers = { authorization: "Bearer visitor" };
  expect(await ask("POST", "/web/v1/messages", { headers, body: {} })).toMatchObject({
    status: 422,
    about: readable,
  });
  expect(await ask("GET", "/web/v1/nothing")).toMatchObject({ status: 404, about: readable });
  expect(await ask("DELETE", "/web/v1/messages")).toEqual({
    status: 405,
    about: readable,
    allow: "GET, HEAD, OPTIONS, POST",
  });
});

test("nothing else is for pages of other origins", async () => {
  const headers = { authorization: "Bearer scope-admin" };
  expect(await ask("GET", "/v1/things", { headers })).toEqual({ status: 200, about: {}, allow: null });
  expect(await preflight("/v1/things", "GET")).toEqual({ status: 405, about: {}, allow: "GET, HEAD" });
  for (const path of [
    "/healthz",
    "/docs/",
    "/chat/chan_01k3v8q5x8e7arf4s2m6t9c0wd",
    "/pages/chat.js",
    "/v1/nothing",
    "/web/v1",
  ])
    expect((await ask("GET", path)).about, path).toEqual({});
});
