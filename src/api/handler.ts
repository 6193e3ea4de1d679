import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller, Route, RouteRequest } from "../base/route.ts";
import { type Answer, answerOf, answerOfError, sendAnswer } from "./answer.ts";
import type { ApiCore } from "./context.ts";
import { apiErrors } from "./errors.ts";
import { idempotencyHeader, readIdempotencyKey, runOnce } from "./idempotency.ts";
import { isIdempotent } from "./idempotent-route.ts";
import { type ProblemWriter, toAppError } from "./problem.ts";
import { openEventStream, streamHeaders } from "./stream.ts";
import { createInputParser } from "./validation.ts";

interface HandlerOptions {
  readonly core: ApiCore;
  readonly writeProblem: ProblemWriter;
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal;
  /** The caller that `admit` found. */
  readonly callerOf: (request: FastifyRequest) => unknown;
}

/** The address that was asked for, without its query: what logs and problems may show. */
export function pathOf(request: { readonly url: string }): string {
  return request.url.split("?", 1)[0] ?? "/";
}

/** Aborts when the client goes away before it has its whole answer. */
function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const { raw } = reply;
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Turns a route into what Fastify calls once the caller is admitted and the body read. */
export function createHandler(route: Route, options: HandlerOptions) {
  const parse = createInputParser(route);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const input = parse({ params: request.params, query: request.query, body: request.body });
    const routeRequest: RouteRequest<unknown, unknown, unknown, unknown> = {
      ...input,
      caller: options.callerOf(request),
      requestId: request.id,
      ip: request.ip,
      headers: request.headers,
      signal: signalOf(reply),
    };
    if (route.stream !== undefined) return sendStream(route, routeRequest, request, reply, options);
    const run = () => runHandler(route, routeRequest);
    return sendAnswer(reply, await answerOnce(route, request, run, options));
  };
}

async function runHandler(
  route: Route,
  request: RouteRequest<unknown, unknown, unknown, unknown>,
): Promise<Answer> {
  if (route.handler === undefined) throw new Error(`${route.operationId} has neither handler nor stream`);
  return answerOf(route, await route.handler(request));
}

async function answerOnce(
  route: Route,
  request: FastifyRequest,
  run: () => Promise<Answer>,
  options: HandlerOptions,
): Promise<Answer> {
  const key = isIdempotent(route) ? readIdempotencyKey(request.headers[idempotencyHeader]) : undefined;
  if (key === undefined) return run();
  const { workspaceId } = options.callerOf(request) as Caller;
  const { method, url, body } = request;
  return runOnce(options.core, { workspaceId, key, method, url, body }, async () => {
    try {
      return { answer: await run(), uncertain: false };
    } catch (error) {
      const known = toAppError(error);
      logFault(request, known.status, error);
      const place = { requestId: request.id, path: pathOf(request) };
      const uncertain = known.code === apiErrors.commit_uncertain.code;
      return { answer: answerOfError(known, place, options.writeProblem), uncertain };
    }
  });
}

/** Logs what is our fault, whole; what is the client's shows in the line of the request. */
export function logFault(request: FastifyRequest, status: number, error: unknown): void {
  if (status >= 500) request.log.error({ err: error }, "request failed");
}

async function sendStream(
  route: Route,
  routeRequest: RouteRequest<unknown, unknown, unknown, unknown>,
  request: FastifyRequest,
  reply: FastifyReply,
  options: HandlerOptions,
): Promise<FastifyReply> {
  const ended = new AbortController();
  const signal = AbortSignal.any([routeRequest.signal, options.closing, ended.signal]);
  const source = route.stream?.({ ...routeRequest, signal });
  if (source === undefined) throw new Error(`${route.operationId} has no stream`);
  const stream = await openEventStream(route, source, {
    clock: options.core.clock,
    signal,
    onError: (error) => request.log.error({ err: error }, "stream failed"),
  });
  // However the stream ends, the source hears of it through its signal.
  stream.once("close", () => ended.abort());
  return reply.headers(streamHeaders).send(stream);
}
