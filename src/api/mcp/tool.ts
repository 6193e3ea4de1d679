import type { ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { AppError, type FieldError, invalidFields } from "../../base/errors.ts";
import type { Caller, Route, RouteRequest, RouteTool, Scope } from "../../base/route.ts";
import { RouteResponse } from "../../base/route.ts";
import type { Json } from "../openapi-schemas.ts";
import { createInputParser, type Input, presentAnswer } from "../validation.ts";

/** A route as a tool: its path, query and body parameters are one flat object of arguments. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly title: string;
  readonly scope: Scope;
  readonly inputSchema: Json & { readonly type: "object" };
  readonly annotations: ToolAnnotations;
  /** Calls the route. Throws AppError as the route does. Answers undefined where the route answers nothing. */
  call(args: Readonly<Record<string, unknown>>, request: ToolRequest): Promise<unknown>;
}

/** What a route wants to know of the request beside its arguments. */
export type ToolRequest = Pick<
  RouteRequest<unknown, unknown, unknown, Caller>,
  "caller" | "requestId" | "ip" | "headers" | "signal"
>;

type Place = "params" | "query" | "body";
const places = ["params", "query", "body"] as const;

/** Of what a client names wrongly; a call may hold a thousand arguments of a kilobyte each. */
const longestName = 100;
const mostUnknown = 20;

/** The tools among the routes, in their order. Throws for a route that cannot be one. */
export function buildTools(routes: readonly Route[]): readonly McpTool[] {
  const nameOf = new Map(routes.flatMap(({ operationId, tool }) => (tool ? [[operationId, tool.name]] : [])));
  return routes.flatMap((route) => (route.tool === undefined ? [] : [buildTool(route, route.tool, nameOf)]));
}

function buildTool(route: Route, tool: RouteTool, nameOf: ReadonlyMap<string, string>): McpTool {
  const { access, handler, operationId } = route;
  if (access.kind !== "workspace" || handler === undefined)
    throw new Error(`${operationId} cannot be a tool: only routes of a workspace that answer JSON can`);
  const { schema, placeOf } = flatten(route);
  const parse = createArgumentParser(route, placeOf);
  return {
    name: tool.name,
    title: route.summary,
    // Where a description names another route, a client knows that one as a tool.
    description: [`${route.summary}.`, route.description]
      .filter((part) => part !== undefined)
      .join(" ")
      .replaceAll(/`(\w+)`/g, (text, operationId) =>
        nameOf.has(operationId) ? `\`${nameOf.get(operationId)}\`` : text,
      ),
    scope: access.scope,
    inputSchema: schema,
    annotations: { title: route.summary, ...hintsOf(tool) },
    async call(args, request) {
      const input = parse(args);
      const result = await handler({ ...request, ...input });
      const body = result instanceof RouteResponse ? result.body : result;
      return route.status === 204 ? undefined : presentAnswer(route.response, body, operationId);
    },
  };
}

/** The specification's hints. What reads only takes nothing away, and may be repeated. */
function hintsOf(tool: RouteTool) {
  if (tool.readOnly === true)
    return { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
  return {
    readOnlyHint: false,
    destructiveHint: tool.destructive,
    idempotentHint: tool.idempotent ?? false,
    openWorldHint: tool.writesOutside ?? false,
  };
}

/** One schema for everything that the route takes, and where each argument belongs. */
function flatten(route: Route): {
  readonly schema: McpTool["inputSchema"];
  readonly placeOf: ReadonlyMap<string, Place>;
} {
  const placeOf = new Map<string, Place>();
  const properties: Json = {};
  const required: string[] = [];
  const definitions: Json = {};
  for (const place of places) {
    const shape = route[place];
    if (shape === undefined) continue;
    const part = describeObject(shape, `${route.operationId}'s ${place}`);
    Object.assign(definitions, part.definitions);
    for (const [name, property] of Object.entries(part.properties)) {
      if (placeOf.has(name)) throw new Error(`${route.operationId} takes ${name} in two places`);
      placeOf.set(name, place);
      properties[name] = property;
    }
    required.push(...part.required);
  }
  return {
    schema: {
      type: "object",
      properties,
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
      ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
    },
    placeOf,
  };
}

function describeObject(
  shape: z.ZodType,
  what: string,
): { readonly properties: Json; readonly required: readonly string[]; readonly definitions: Json } {
  const { properties, required, $defs } = z.toJSONSchema(shape, {
    io: "input",
    unrepresentable: "any",
    // Patterns of dates and the like are longer than the rest together, and the format says the same.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  if (properties === undefined) throw new Error(`${what} has no fields that could be arguments`);
  return { properties: properties as Json, required: required ?? [], definitions: ($defs ?? {}) as Json };
}

/**
 * Reads a tool's arguments as the route would read a request with them. Throws 422 with every fault, those of the path
 * and unknown names included: a model has no address to look at and mends its call by what it is told.
 */
function createArgumentParser(
  route: Route,
  placeOf: ReadonlyMap<string, Place>,
): (args: Readonly<Record<string, unknown>>) => Input {
  const parse = createInputParser(route, { pathFaults: "fields" });
  const accepted = [...placeOf.keys()].join(", ") || "none";
  return (args) => {
    const unknown = Object.keys(args)
      .filter((name) => !placeOf.has(name))
      .map((name) => ({
        path: name.slice(0, longestName),
        code: "unknown_field",
        message: `is no argument here; accepted are: ${accepted}`,
      }));
    const request = distribute(args, placeOf, route.body !== undefined);
    if (unknown.length === 0) return parse(request);
    throw invalidFields(...faultsIn(() => parse(request)), ...unknown.slice(0, mostUnknown));
  };
}

/** The fields that a reading refuses; none if it succeeds. */
function faultsIn(read: () => unknown): readonly FieldError[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof AppError) return error.errors;
    throw error;
  }
}

/** The arguments as a request would bring them, without those that the route does not know. */
function distribute(
  args: Readonly<Record<string, unknown>>,
  placeOf: ReadonlyMap<string, Place>,
  hasBody: boolean,
): Record<Place, Readonly<Record<string, unknown>> | undefined> {
  const parts: Record<Place, Record<string, unknown>> = { params: {}, query: {}, body: {} };
  for (const [name, value] of Object.entries(args)) {
    const place = placeOf.get(name);
    if (place !== undefined) parts[place][name] = place === "query" ? asQuery(value) : value;
  }
  return { ...parts, body: hasBody ? parts.body : undefined };
}

/** Query parameters are texts; a client sends numbers and booleans as what they are. */
function asQuery(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asQuery);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
