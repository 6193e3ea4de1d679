import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError, type ErrorCode } from "../base/errors.ts";
import type { Credentials, Route } from "../base/route.ts";
import { type Access, admit, checkScope } from "./access.ts";
import type { ApiCore, ApiOptions, TrustProxy } from "./context.ts";
import { addPreflights } from "./cross-origin.ts";
import { openDashboard } from "./dashboard.ts";
import { createHandler } from "./handler.ts";
import { startCleaning } from "./idempotency.ts";
import { createLimiter, type Limiter } from "./limits.ts";
import { buildOpenApi } from "./openapi.ts";
import { addOperations, type OperationsOptions } from "./operations.ts";
import { addPages } from "./pages/index.ts";
import { addReference } from "./reference.ts";
import { allErrors, createServer, type Server } from "./server.ts";

const accessOf = "errandAccess";
const nobody: Access = { caller: undefined, limitKey: undefined };

/**
 * The API of all routes, with its document, reference page, the dashboard, the chat, and operations. Not listening yet:
 * the caller does that, and closes it, which ends open streams, waits a moment for requests that are being answered and
 * cuts what is left then.
 */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { core, routes } = options;
  checkRoutes(routes);
  const dashboard = options.dashboard === undefined ? undefined : await openDashboard(options.dashboard);
  const server = await createServer({ ...options, servePage: dashboard?.servePage });
  const { app } = server;
  await dashboard?.addAssets(app);
  app.decorateRequest(accessOf);
  const limiter = await createLimiter(app, options.limits ?? {});
  addOperations(app, core.clock, options.operations);
  await addReference(app, buildOpenApi(options), allErrors(options.errors));
  await addPages(app);
  addPreflights(app, routes);
  for (const route of routes) addRoute(route, server, limiter, options);
  const stopCleaning = startCleaning(core);
  app.addHook("onClose", async () => stopCleaning());
  await app.ready();
  return app;
}

/** A server with `/healthz`, `/readyz` and `/metrics` only, for a process that does not serve the API. */
export async function createOperationsServer(options: {
  readonly core: Pick<ApiCore, "clock" | "log" | "metrics" | "publicUrl" | "tracer">;
  readonly operations: OperationsOptions;
  readonly trustProxy: TrustProxy;
}): Promise<FastifyInstance> {
  const errors: readonly ErrorCode[] = [];
  const { app } = await createServer({ ...options, errors });
  addOperations(app, options.core.clock, options.operations);
  await app.ready();
  return app;
}

/** Fails at the start for what would otherwise fail at the first request, or quietly. */
function checkRoutes(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const route of routes) {
    const { operationId, method, path, params } = route;
    for (const name of [operationId, `${method} ${path}`]) {
      if (seen.has(name)) throw new Error(`two routes are called ${name}`);
      seen.add(name);
    }
    if ((route.handler === undefined) === (route.stream === undefined))
      throw new Error(`${operationId} needs either a handler or a stream`);
    if (path.includes("/:") && params === undefined)
      throw new Error(`${operationId} has no schema for its path`);
  }
}

function addRoute(route: Route, server: Server, limiter: Limiter, options: ApiOptions): void {
  const { app, writeProblem, closing } = server;
  const { core, authenticate } = options;
  app.route({
    method: route.method,
    url: route.path,
    // HEAD of a stream would open the stream.
    exposeHeadRoute: route.stream === undefined,
    // Before the body is read: nobody unknown makes us take in a megabyte.
    onRequest: async (request) => {
      const credentials: Credentials = { headers: request.headers, method: request.method, ip: request.ip };
      let access: Access;
      try {
        access = await admit(route, credentials, { authenticate, publicUrl: core.publicUrl });
      } catch (error) {
        if (error instanceof AppError && error.status === 401) await limiter.countFailure(request);
        throw error;
      }
      await limiter.countRequest(request, access.limitKey);
      checkScope(route, access.caller);
      request.setDecorator(accessOf, access);
    },
    // The first was counted before the body was there.
    preHandler: async (request) => {
      const { limitKey } = accessTo(request);
      const requests = route.countsAs?.(request.body) ?? 1;
      for (let counted = 1; counted < requests; counted += 1) await limiter.countRequest(request, limitKey);
    },
    handler: createHandler(route, {
      core,
      writeProblem,
      closing,
      callerOf: (request) => accessTo(request).caller,
    }),
  });
}

/** What `admit` found out about the caller. */
function accessTo(request: FastifyRequest): Access {
  return request.getDecorator<Access | undefined>(accessOf) ?? nobody;
}
