import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi } from "../../test/api.ts";
import { systemClock } from "../base/clock.ts";
import { createLogger } from "../base/log.ts";
import { noMetrics } from "../base/metrics.ts";
import { publicRoute, route } from "../base/route.ts";
import { createOperationsServer, type OperationsOptions } from "./index.ts";
import { isLoopback } from "./operations.ts";

const common = { tag: "Things", summary: "A thing", response: z.object({}) } as const;
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function serve(operations: OperationsOptions): Promise<string> {
  const app = await createOperationsServer({
    core: {
      log: createLogger({ level: "fatal", pretty: false }),
      clock: systemClock,
      metrics: noMetrics,
      tracer: undefined,
      publicUrl: "http://x",
    },
    operations,
    trustProxy: false,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  cleanUps.push(() => app.close());
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

test("healthz and readyz", async () => {
  let working = true;
  const url = await serve({
    healthChecks: [
      { name: "database", check: async () => undefined },
      {
        name: "migrations",
        check: async () => {
          if (!working) throw new Error("secret reason");
        },
      },
    ],
  });
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
    status: "ok",
    checks: { database: "ok", migrations: "ok" },
  });
  working = false;
  const answer = await fetch(`${url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { status: "unavailable", checks: { database: "ok", migrations: "failed" } },
  ]);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await fetch(`${url}/v1/tasks`)).status).toBe(404);
});

test("metrics are for this machine, and not through a proxy on it", async () => {
  const url = await serve({ healthChecks: [], metrics: async () => "up 1\n" });
  const direct = await fetch(`${url}/metrics`);
  expect([direct.status, await direct.text()]).toEqual([200, "up 1\n"]);
  const proxied = await fetch(`${url}/metrics`, { headers: { "x-forwarded-for": "127.0.0.1" } });
  expect([proxied.status, await proxied.json()]).toMatchObject([403, { code: "metrics_forbidden" }]);
});

test("metrics with a token", async () => {
  const url = await serve({ healthChecks: [], metrics: async () => "up 1\n", metricsToken: "right" });
  const status = async (authorization?: string) =>
    (await fetch(`${url}/metrics`, authorization === undefined ? {} : { headers: { authorization } })).status;
  expect([await status(), await status("Bearer wrong"), await status("Bearer right")]).toEqual([
    401, 401, 200,
  ]);
});

test("loopback addresses", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].every(isLoopback)).toBe(true);
  expect(["10.0.0.1", "::2", "127.evil.example", "::ffff:10.0.0.1", undefined].some(isLoopback)).toBe(false);
});

test("too many requests of one caller, each caller for itself", async () => {
  const api = await createTestApi(
    [
      route({
        ...common,
        scope: "read",
        method: "GET",
        path: "/v1/a",
        operationId: "a",
        handler: async () => ({}),
      }),
      publicRoute({ ...common, method: "GET", path: "/v1/b", operationId: "b", handler: async () => ({}) }),
    ],
    { limits: { perCaller: 3 } },
  );
  cleanUps.push(() => api.close());
  const statuses: number[] = [];
  for (let sent = 0; sent < 4; sent += 1) statuses.push((await api.send("GET", "/v1/a")).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const { headers, body } = await api.send("GET", "/v1/a");
  expect(body).toMatchObject({ code: "rate_limited" });
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await api.send("GET", "/v1/a", { scope: "admin" })).status).toBe(200);
  expect((await api.send("GET", "/v1/b", { scope: null })).status).toBe(200);
});

test("too many failed authentications of one address do not lock its valid keys out", async () => {
  const api = await createTestApi(
    [
      route({
        ...common,
        scope: "read",
        method: "GET",
        path: "/v1/a",
        operationId: "a",
        handler: async () => ({}),
      }),
    ],
    { limits: { failuresPerAddress: 2 } },
  );
  cleanUps.push(() => api.close());
  const statuses: number[] = [];
  for (let sent = 0; sent < 3; sent += 1)
    statuses.push((await api.send("GET", "/v1/a", { scope: null })).status);
  expect(statuses).toEqual([401, 401, 429]);
  expect((await api.send("GET", "/v1/a")).status).toBe(200);
});

test("routes that contradict each other stop the start", async () => {
  const one = route({
    ...common,
    scope: "read",
    method: "GET",
    path: "/v1/a",
    operationId: "a",
    handler: async () => ({}),
  });
  await expect(createTestApi([one, { ...one, path: "/v1/b" }])).rejects.toThrow("two routes are called a");
  const { handler: _handler, ...silent } = one;
  await expect(createTestApi([silent])).rejects.toThrow("either a handler or a stream");
  await expect(createTestApi([{ ...one, path: "/v1/:thingId" }])).rejects.toThrow("no schema for its path");
});
