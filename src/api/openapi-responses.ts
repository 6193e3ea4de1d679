import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { commonErrors, type ErrorCode } from "../base/errors.ts";
import type { Route } from "../base/route.ts";
import { apiErrors } from "./errors.ts";
import { isIdempotent } from "./idempotent-route.ts";
import type { Json } from "./openapi-schemas.ts";

/** The problem document's schema, for the reference; `createProblemWriter` makes the documents. */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: "Where the code is described", format: "uri-reference" }),
    title: z.string().meta({ description: "The code's general sentence" }),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: "What was wrong this time" }),
    instance: z.string().meta({ description: "The path that was asked for" }),
    code: z.string().meta({ description: "What a program switches on; it never changes" }),
    errors: z
      .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
      .meta({ description: "Each fault in each field; `path` is dotted, empty for the whole body" }),
    requestId: z.string().meta({ description: "As in the X-Request-Id header and in the log" }),
  })
  .meta({ id: "Problem", description: "An error, RFC 9457. Some codes add members of their own." });

/**
 * Every code that a route can answer: its own and those that its kind of route brings along. `accessErrors` are what
 * authentication throws beside `unauthenticated`.
 */
export function errorsOfRoute(route: Route, accessErrors: readonly ErrorCode[]): readonly ErrorCode[] {
  const { access } = route;
  const takesBody = route.method !== "GET";
  const codes: ErrorCode[] = [...(route.errors ?? []), commonErrors.invalid_request, apiErrors.rate_limited];
  if (access.kind !== "public") codes.push(apiErrors.unauthenticated);
  if (access.kind === "workspace") codes.push(apiErrors.scope_missing, ...accessErrors);
  if (route.params !== undefined) codes.push(commonErrors.not_found);
  if (takesBody)
    codes.push(
      apiErrors.cross_origin,
      apiErrors.malformed_json,
      apiErrors.body_too_large,
      apiErrors.unsupported_media_type,
    );
  if (isIdempotent(route))
    codes.push(
      apiErrors.idempotency_key_invalid,
      apiErrors.idempotency_key_in_progress,
      apiErrors.idempotency_outcome_unknown,
      apiErrors.idempotency_key_reused,
    );
  codes.push(apiErrors.internal_error, apiErrors.database_unavailable);
  if (takesBody) codes.push(apiErrors.commit_uncertain, apiErrors.database_busy);
  return [...new Map(codes.map((code) => [code.code, code])).values()];
}

function pascal(code: string): string {
  return code.replaceAll(/(^|_)([a-z0-9])/g, (_match, _bar, letter: string) => letter.toUpperCase());
}

/** A problem as one code answers it. Relative, because the document does not know where it is served. */
function exampleOf({ code, status, message }: ErrorCode): Json {
  const errors =
    code === commonErrors.invalid_request.code
      ? [{ path: "name", code: "required", message: "is required and must be a string" }]
      : [];
  return {
    type: `/docs/errors#${code}`,
    title: message,
    status,
    detail: message,
    instance: "/v1",
    code,
    errors,
    requestId: "0198c6d1-7f6e-7c43-9a53-0f6c5a0c1f3e",
  };
}

const retrying: ReadonlySet<number> = new Set([409, 429, 503]);

function headersOf(status: number): Json {
  const requestId = { "X-Request-Id": { $ref: "#/components/headers/RequestId" } };
  if (status === 401)
    return { ...requestId, "WWW-Authenticate": { $ref: "#/components/headers/Authenticate" } };
  return retrying.has(status)
    ? { ...requestId, "Retry-After": { $ref: "#/components/headers/RetryAfter" } }
    : requestId;
}

export const headerComponents: Json = {
  RequestId: {
    description: "The request's id: your own X-Request-Id, or one that was made for it",
    schema: { type: "string" },
  },
  RetryAfter: { description: "Whole seconds to wait before trying again", schema: { type: "integer" } },
  Authenticate: { description: "How to authenticate", schema: { type: "string" } },
  IdempotencyReplayed: {
    description: "`true` if this is the stored answer of an earlier request with the same Idempotency-Key",
    schema: { type: "string", const: "true" },
  },
};

/** Problem responses, shared by all routes that answer the same codes under a status. */
export class ResponseBook {
  readonly components = new Map<string, Json>();

  /** References by status. */
  of(errors: readonly ErrorCode[]): Json {
    const statuses = Map.groupBy(errors, ({ status }) => status);
    return Object.fromEntries(
      [...statuses].map(([status, codes]) => [String(status), this.#response(status, codes)]),
    );
  }

  #response(status: number, errors: readonly ErrorCode[]): Json {
    const codes = errors.toSorted((left, right) => (left.code < right.code ? -1 : 1));
    const name = codes.map(({ code }) => pascal(code)).join("Or");
    this.components.set(name, {
      description: `${STATUS_CODES[status]}: ${codes.map(({ code, message }) => `\`${code}\` ${message}`).join(" ")}`,
      headers: headersOf(status),
      content: {
        "application/problem+json": {
          schema: {
            allOf: [
              { $ref: "#/components/schemas/Problem" },
              {
                type: "object",
                properties: { code: { type: "string", enum: codes.map(({ code }) => code) } },
              },
            ],
          },
          examples: Object.fromEntries(
            codes.map((code) => [code.code, { summary: code.message, value: exampleOf(code) }]),
          ),
        },
      },
    });
    return { $ref: `#/components/responses/${name}` };
  }
}
