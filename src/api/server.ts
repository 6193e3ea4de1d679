import type { Socket } from "node:net";
import helmet from "@fastify/helmet";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { AppError, commonErrors, type ErrorCode } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { answerOfError, sendAnswer } from "./answer.ts";
import type { ApiCore, TrustProxy } from "./context.ts";
import { crossOriginHeaders } from "./cross-origin.ts";
import type { PageServer } from "./dashboard.ts";
import { apiErrors } from "./errors.ts";
import { logFault, pathOf } from "./handler.ts";
import { acceptJsonOnly, bodyLimitBytes } from "./json-body.ts";
import { observeRequests } from "./observe.ts";
import { createProblemWriter, type ProblemWriter, problemType, toAppError } from "./problem.ts";

/** How long a whole request may take to arrive, and a connection may stay idle: longer than load balancers keep theirs. */
const requestTimeoutMs = 30_000;
const keepAliveMs = 72_000;
/** Far above any id; longer parts of a path match no route. */
const longestPathPart = 500;
const longestLoggedPath = 200;
const shutdownRetrySeconds = 5;
/**
 * How long requests may go on once the server closes. Handlers are done in less; what is left is mostly clients that
 * stopped in the middle of their request, for which a close would wait as long as a request may take to arrive.
 */
const cutAfterMs = 1_500;
const requestIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;
/** Asked every few seconds by probes and collectors: their answers would drown the log, and the rest of the figures. */
const quietPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

interface ServerOptions {
  /** Answers browsers at addresses that no route has. */
  readonly servePage?: PageServer | undefined;
  readonly core: Pick<ApiCore, "clock" | "log" | "metrics" | "publicUrl" | "tracer">;
  readonly trustProxy: TrustProxy;
  readonly errors: readonly ErrorCode[];
}

export interface Server {
  readonly app: FastifyInstance;
  readonly writeProblem: ProblemWriter;
  /** Aborts when the server begins to close, so that streams end and let it. */
  readonly closing: AbortSignal;
}

/** The API's codes, the common ones and the modules', each once. */
export function allErrors(errors: readonly ErrorCode[]): readonly ErrorCode[] {
  const known = [...Object.values(apiErrors), ...Object.values(commonErrors), ...errors];
  return [...new Map(known.map((error) => [error.code, error])).values()];
}

/** A server without routes: request ids, logging, headers, limits of size and time, problems for everything else. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { core, trustProxy } = options;
  const closing = new AbortController();
  const writeProblem = createProblemWriter(allErrors(options.errors), core.publicUrl);
  const loggerInstance: FastifyBaseLogger = core.log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: (request) => requestIdOf(request.headers["x-request-id"]),
    requestIdHeader: false,
    trustProxy: typeof trustProxy === "object" ? [...trustProxy] : trustProxy,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    routerOptions: { maxParamLength: longestPathPart },
    // Ours are problem documents; see the onRequest hook.
    return503OnClosing: false,
    http: { requireHostHeader: false },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      const place = { requestId: request.id, path: pathOf(request) };
      reply.headers({ "x-request-id": request.id, ...crossOriginHeaders(place.path) });
      sendAnswer(reply, answerOfError(toAppError(error), place, writeProblem));
    },
  });
  acceptJsonOnly(app);
  const allowedAt = collectMethods(app);
  observeRequests(app, core, quietPaths);

  app.addHook("preClose", async () => {
    closing.abort();
    if (!app.server.listening) return;
    app.server.once(
      "close",
      core.clock.after(cutAfterMs, () => app.server.closeAllConnections()),
    );
  });
  // Before the hook below, which answers some requests itself: these carry the headers too.
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    // A promise of encryption that plain HTTP cannot keep would lock people out of their own machine.
    strictTransportSecurity: core.publicUrl.startsWith("https:"),
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-request-id": request.id,
      "cache-control": "no-store",
      ...crossOriginHeaders(pathOf(request)),
    });
    if (request.headers.host === undefined && request.raw.httpVersion === "1.1")
      throw new AppError(apiErrors.bad_request, { message: "The request must have the header Host." });
    if (closing.signal.aborted)
      throw new AppError(apiErrors.shutting_down, { retryAfterSeconds: shutdownRetrySeconds });
    // Here and not in a handler of its own, so that nothing is said of a body that nobody takes.
    if (request.is404) {
      if (options.servePage?.(request, reply)) return reply;
      refuseAddress(request, reply, allowedAt(pathOf(request)));
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    // Closing ends connections that are idle at that moment; one that was busy would be kept alive, and waited for.
    if (closing.signal.aborted) setImmediate(() => app.server.closeIdleConnections());
    if (quietPaths.has(request.routeOptions.url ?? "")) return;
    request.log.info(
      { ...describeRequest(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      "request",
    );
  });
  app.addHook("onRequestAbort", async (request) => {
    request.log.info({ ...describeRequest(request), aborted: true }, "request");
  });

  app.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    logFault(request, known.status, error);
    return sendAnswer(
      reply,
      answerOfError(known, { requestId: request.id, path: pathOf(request) }, writeProblem),
    );
  });
  return { app, writeProblem, closing: closing.signal };
}

/** Throws 404, or 405 with the methods that the address does take. */
function refuseAddress(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): never {
  const { method } = request;
  const path = pathOf(request);
  if (allowed.length === 0)
    throw new AppError(apiErrors.route_not_found, { message: `There is nothing at ${method} ${path}.` });
  reply.header("allow", allowed.join(", "));
  throw new AppError(apiErrors.method_not_allowed, {
    message: `${path} takes ${allowed.join(", ")}, not ${method}.`,
  });
}

/** The client's own id if it is one that a log can hold, else a new one. */
function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === "string" && requestIdPattern.test(header) ? header : newId();
}

/** What the log may say of a request: its route and the ids in its path, never queries, which can be of a person. */
function describeRequest(request: FastifyRequest): Record<string, unknown> {
  const { method } = request;
  const route = request.routeOptions.url;
  if (route === undefined)
    return { method, path: pathOf(request).slice(0, longestLoggedPath), ip: request.ip };
  const ids = Object.entries(request.params ?? {}).filter(([name]) => name.endsWith("Id"));
  return { method, route, ...Object.fromEntries(ids), ip: request.ip };
}

/** The methods of every path, from the routes as they are added. */
function collectMethods(app: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  return (path) => {
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].toSorted();
  };
}

function patternOf(url: string): RegExp {
  const parts = url.split("/").map((part) => {
    if (part.startsWith(":")) return "[^/]+";
    return part === "*" ? ".*" : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join("/")}$`);
}

/** Answers what Node could not read as HTTP; there is no request yet, only a socket. */
function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const known =
    error.code === "HPE_HEADER_OVERFLOW"
      ? apiErrors.headers_too_large
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? apiErrors.request_timeout
        : apiErrors.bad_request;
  const { code, status, message } = known;
  const problem = {
    type: "about:blank",
    title: message,
    status,
    detail: message,
    code,
    errors: [],
    requestId: newId(),
  };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${code}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
