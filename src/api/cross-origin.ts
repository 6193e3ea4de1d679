import type { FastifyInstance } from "fastify";
import type { Route } from "../base/route.ts";

/**
 * The contact's side of web channels is called by browsers on customers' own pages, with a token in `Authorization`
 * and never with a cookie, so any origin may read its answers. Everything else is for programs and Errand's own pages.
 */
const openPrefix = "/web/v1/";
const allowedHeaders = "authorization, content-type, last-event-id, x-request-id";
/** Chrome keeps a preflight's answer for two hours at most. */
const preflightSeconds = 7_200;

/** The headers that let pages of other origins read an answer at this path; none where they may not. */
export function crossOriginHeaders(path: string): Readonly<Record<string, string>> {
  if (!path.startsWith(openPrefix)) return {};
  return {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-request-id, retry-after",
  };
}

/** Answers browsers that ask, before a request of another origin, whether they may make it. */
export function addPreflights(app: FastifyInstance, routes: readonly Route[]): void {
  const open = routes.filter(({ path }) => path.startsWith(openPrefix));
  for (const [path, sharing] of Map.groupBy(open, (route) => route.path)) {
    const methods = sharing.map(({ method }) => method).join(", ");
    app.options(path, async (_request, reply) =>
      reply
        .code(204)
        .headers({
          "access-control-allow-methods": methods,
          "access-control-allow-headers": allowedHeaders,
          "access-control-max-age": String(preflightSeconds),
        })
        .send(),
    );
  }
}
