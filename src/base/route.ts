import type { z } from "zod";
import type { ErrorCode } from "./errors.ts";

/** What an API key may do; each includes the ones before it. */
export const scopes = ["read", "write", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** True if `held` covers everything that `needed` does. */
export function coversScope(held: Scope, needed: Scope): boolean {
  return scopes.indexOf(held) >= scopes.indexOf(needed);
}

export const roles = ["viewer", "operator", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/** Who makes a request in a workspace: a program with a key, or a member with a session. */
export interface Caller {
  readonly workspaceId: string;
  readonly kind: "api_key" | "member";
  /** UUID of the key or of the member. */
  readonly id: string;
  readonly scope: Scope;
  /** A member's role; null for a key, which has scopes only. */
  readonly role: Role | null;
}

/** What an authenticator may look at. Header names are lower case. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method: string;
  readonly ip: string;
}

/**
 * How a route knows its caller.
 * - `workspace`: an API key or a member's session, with at least this scope.
 * - `public`: anybody; documented with `security: []` and listed by the access test.
 * - `custom`: a token of the module's own (the web channel's visitors); `scheme` names it in the OpenAPI document.
 *   `authenticate` throws a 401 AppError.
 */
export type RouteAccess<C> =
  | { readonly kind: "workspace"; readonly scope: Scope }
  | { readonly kind: "public" }
  | { readonly kind: "custom"; readonly scheme: string; authenticate(credentials: Credentials): Promise<C> };

export interface RouteRequest<P, Q, B, C> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: C;
  readonly requestId: string;
  readonly ip: string;
  /** Request headers, lower case; for the few routes that need more than the schema. */
  readonly headers: Credentials["headers"];
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** One server-sent event; `id` is what `Last-Event-ID` resumes from. */
export interface LiveEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** A handler's answer when it is more than a body. */
export class RouteResponse<T> {
  readonly body: T;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(
    body: T,
    options: { status?: number; headers?: Readonly<Record<string, string | readonly string[]>> } = {},
  ) {
    this.body = body;
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

/** A route as MCP clients see it: a tool, with the specification's hints. What changes something says how. */
export type RouteTool = ReadingTool | ChangingTool;

interface ReadingTool {
  /** snake_case, verb first: `list_tasks`. */
  readonly name: string;
  /** It changes nothing. */
  readonly readOnly: true;
}

interface ChangingTool {
  /** snake_case, verb first: `create_task`. */
  readonly name: string;
  readonly readOnly?: false;
  /**
   * True: it takes away, stops or replaces something, or does at once what cannot be taken back, such as a message to a
   * customer; false: it only adds.
   */
  readonly destructive: boolean;
  /** True: the same call again changes nothing more. */
  readonly idempotent?: boolean;
  /** True: what it sets going may reach people outside the workspace, or other companies' systems. */
  readonly writesOutside?: boolean;
}

interface RouteDocument {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Fastify's form: `/v1/tasks/:taskId`. A parameter that ends in `Id` is an object's id and must use `idParam`. */
  readonly path: string;
  /** Unique, camelCase, verb first: `createTask`. */
  readonly operationId: string;
  /** A group in the reference, for instance `Tasks`. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Codes that this route can answer beyond those every route can (authentication, validation, rate limit, 500). */
  readonly errors?: readonly ErrorCode[];
  /** Default 200, or 201 for POST on a collection when the route says so. */
  readonly status?: 200 | 201 | 202 | 204;
  /** A second status of success with the same answer, for what makes an object or changes the one that is there. */
  readonly alsoStatus?: 201;
  /** True: the handler itself refuses texts of the body that cannot be stored, so that one bad row refuses no others. */
  readonly checksTexts?: boolean;
  /** As how many requests a body counts under the limit of a minute; absent: as one. At least one. */
  readonly countsAs?: (body: unknown) => number;
  /** An example body and answer for the reference. */
  readonly examples?: { readonly body?: unknown; readonly response?: unknown };
  /** Present: programs may call it through MCP as well. Only for routes of a workspace that answer JSON. */
  readonly tool?: RouteTool;
}

type Shape = z.ZodType;

export interface RouteDefinition<P extends Shape, Q extends Shape, B extends Shape, R extends Shape, C>
  extends RouteDocument {
  readonly access: RouteAccess<C>;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The answer's schema; for a stream, the schema of one event's data. */
  readonly response: R;
  readonly handler?: (
    request: RouteRequest<z.output<P>, z.output<Q>, z.output<B>, C>,
  ) => Promise<z.input<R> | RouteResponse<z.input<R>>>;
  /** Instead of `handler`: server-sent events. Whatever it throws before its first event answers as a problem. */
  readonly stream?: (
    request: RouteRequest<z.output<P>, z.output<Q>, z.output<B>, C>,
  ) => AsyncIterable<LiveEvent>;
}

/** A route with its types forgotten, as the server keeps it. The server hands it only what its schemas let through. */
export interface Route extends RouteDocument {
  readonly access: RouteAccess<unknown>;
  readonly params?: Shape;
  readonly query?: Shape;
  readonly body?: Shape;
  readonly response: Shape;
  readonly handler?: (request: RouteRequest<unknown, unknown, unknown, unknown>) => Promise<unknown>;
  readonly stream?: (request: RouteRequest<unknown, unknown, unknown, unknown>) => AsyncIterable<LiveEvent>;
}

/** Declares a route of a workspace's API; `request.caller` is the key or member. */
export function route<
  R extends Shape,
  P extends Shape = z.ZodUndefined,
  Q extends Shape = z.ZodUndefined,
  B extends Shape = z.ZodUndefined,
>(definition: Omit<RouteDefinition<P, Q, B, R, Caller>, "access"> & { readonly scope: Scope }): Route {
  const { scope, ...rest } = definition;
  return { ...rest, access: { kind: "workspace", scope } } as Route;
}

/** Declares a route that anybody may call. */
export function publicRoute<
  R extends Shape,
  P extends Shape = z.ZodUndefined,
  Q extends Shape = z.ZodUndefined,
  B extends Shape = z.ZodUndefined,
>(definition: Omit<RouteDefinition<P, Q, B, R, undefined>, "access">): Route {
  return { ...definition, access: { kind: "public" } } as Route;
}

/** Declares a route with a token of the module's own. */
export function customRoute<
  C,
  R extends Shape,
  P extends Shape = z.ZodUndefined,
  Q extends Shape = z.ZodUndefined,
  B extends Shape = z.ZodUndefined,
>(definition: RouteDefinition<P, Q, B, R, C>): Route {
  return definition as Route;
}
