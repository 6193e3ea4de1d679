import type { FastifyReply } from "fastify";
import type { AppError } from "../base/errors.ts";
import { type Route, RouteResponse } from "../base/route.ts";
import { type ProblemPlace, type ProblemWriter, problemHeaders } from "./problem.ts";
import { presentAnswer } from "./validation.ts";

/** An answer as it goes over the wire; `body` is JSON text, null where there is none. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | null;
}

const jsonType = "application/json; charset=utf-8";

/** A handler's result under its route's schema. Throws if it does not fit, which is a fault of ours. */
export function answerOf(route: Route, result: unknown): Answer {
  const response = result instanceof RouteResponse ? result : new RouteResponse(result);
  const status = response.status ?? route.status ?? 200;
  const isEmpty = status === 204 || (status === 202 && response.body === undefined);
  if (isEmpty) return { status, headers: response.headers, body: null };
  const body = JSON.stringify(presentAnswer(route.response, response.body, route.operationId));
  return { status, headers: { "content-type": jsonType, ...response.headers }, body };
}

/** An error's answer. */
export function answerOfError(error: AppError, place: ProblemPlace, write: ProblemWriter): Answer {
  return { status: error.status, headers: problemHeaders(error), body: JSON.stringify(write(error, place)) };
}

/** Sends an answer. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  for (const [name, value] of Object.entries(answer.headers))
    reply.header(name, typeof value === "string" ? value : [...value]);
  reply.code(answer.status);
  return answer.body === null ? reply.send() : reply.send(answer.body);
}
