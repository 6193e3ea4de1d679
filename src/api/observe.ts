import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { defineHistogram, type Metric } from "../base/metrics.ts";
import { failSpan, parseTraceparent, type Span, SpanKind, type Tracer } from "../base/tracing.ts";
import type { ApiCore } from "./context.ts";

const requestDuration = defineHistogram({
  name: "errand_http_request_duration_seconds",
  help: "Answered HTTP requests by route pattern, method and status; a stream counts when it ends. Health checks and reads of the metrics are left out.",
  labels: ["method", "route", "status"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  // Routes are ours and finite; this is far above their number.
  maxValues: 1_000,
});

export const apiMetrics: readonly Metric[] = [requestDuration];

/** What the server takes; a client can send any other word as a method. */
const knownMethods: ReadonlySet<string> = new Set([
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
]);

/** Measures every request, and traces it if there is a tracer. To be called before any other hook is added. */
export function observeRequests(
  app: FastifyInstance,
  core: Pick<ApiCore, "metrics" | "tracer">,
  quietPaths: ReadonlySet<string>,
): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = routeOf(request);
    if (quietPaths.has(route)) return;
    core.metrics.observe(
      requestDuration,
      { method: methodOf(request), route, status: `${reply.statusCode}` },
      reply.elapsedTime / 1_000,
    );
  });
  if (core.tracer !== undefined) traceRequests(app, core.tracer, quietPaths);
}

function traceRequests(app: FastifyInstance, tracer: Tracer, quietPaths: ReadonlySet<string>): void {
  const spans = new WeakMap<FastifyRequest, Span>();

  function end(request: FastifyRequest, mark: (span: Span) => void): void {
    const span = spans.get(request);
    if (span === undefined) return;
    spans.delete(request);
    mark(span);
    span.end();
  }

  app.addHook("onRequest", async (request) => {
    const route = routeOf(request);
    if (quietPaths.has(route)) return;
    const method = methodOf(request);
    const isKnown = !request.is404;
    const span = tracer.start(isKnown ? `${method} ${route}` : method, {
      kind: SpanKind.SERVER,
      parent: parseTraceparent(request.headers.traceparent),
      attributes: {
        "http.request.method": method,
        "errand.request.id": request.id,
        ...(isKnown ? { "http.route": route } : {}),
      },
    });
    spans.set(request, span);
  });
  // Not earlier: reading the body leaves the asynchronous context of the hooks before it.
  app.addHook("preHandler", (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else tracer.run(span, done);
  });
  app.addHook("onResponse", async (request, reply) => end(request, (span) => markAnswer(span, reply)));
  app.addHook("onRequestAbort", async (request) => end(request, (span) => failSpan(span, "aborted")));
}

/** Only answers of 500 and above are failures of a server's span. */
function markAnswer(span: Span, { statusCode }: FastifyReply): void {
  span.setAttribute("http.response.status_code", statusCode);
  if (statusCode >= 500) failSpan(span, `${statusCode}`);
}

/** The route's pattern; `none` for addresses that are no route. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? "none";
}

function methodOf({ method }: FastifyRequest): string {
  return knownMethods.has(method) ? method : "_OTHER";
}
