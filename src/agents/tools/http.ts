import { z } from "zod";
import { commonErrors, requireFound } from "../../base/errors.ts";
import { toId } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import { booleanInQuery, idOf, instant, pageOf, pageQuery, searchInQuery } from "../../base/schemas.ts";
import type { Core } from "../../engine/index.ts";
import { agentErrors } from "../errors.ts";
import { isAnswer } from "./call-tool.ts";
import {
  exampleTool,
  exampleToolOut,
  exampleTry,
  newTool,
  toolChanges,
  toolOut,
  tryBody,
  tryOut,
} from "./schemas.ts";
import type { Tool } from "./tool-definition.ts";
import { createTool, deleteTool, getTool, listTools, type NewToolAuth, updateTool } from "./tools.ts";
import { type TriedTool, tryTool } from "./try-tool.ts";

const tag = "Tools";
const toolParams = z.object({ toolId: idOf("tool") });

/** `/v1/tools`. Changing and trying them takes an admin, since they say where customers' data goes. */
export function toolRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/tools",
      operationId: "createTool",
      tag,
      summary: "Create a tool",
      description:
        "A request that agents may have made, once their `toolIds` name it. Nothing is called now; see `/test`.",
      status: 201,
      errors: [agentErrors.tool_name_taken, commonErrors.external_id_taken],
      body: newTool,
      response: toolOut,
      examples: { body: exampleTool, response: exampleToolOut },
      handler: ({ caller, requestId, body: { kind: _, auth, ...body } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const tool = { ...body, auth: toAuth(auth) };
          return presentTool(await createTool(core, tx, tool, { caller, requestId }));
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/tools",
      operationId: "listTools",
      tag,
      summary: "List tools, newest first",
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the name or the description, in any case"),
        enabled: booleanInQuery.optional().meta({ description: "Only enabled ones, or only disabled ones" }),
        externalId: z.string().max(200).optional().meta({ description: "Only with this id of yours" }),
      }),
      response: pageOf(toolOut),
      examples: { response: { items: [exampleToolOut], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { items, nextCursor } = await listTools(tx, filter, { limit, cursor });
          return { items: items.map(presentTool), nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/tools/:toolId",
      operationId: "getTool",
      tag,
      summary: "Read a tool",
      params: toolParams,
      response: toolOut,
      examples: { response: exampleToolOut },
      handler: ({ caller, params }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentTool(requireFound(await getTool(tx, params.toolId), "tool")),
        ),
    }),
    route({
      scope: "admin",
      method: "PATCH",
      path: "/v1/tools/:toolId",
      operationId: "updateTool",
      tag,
      summary: "Change a tool",
      description:
        "Executions that run keep the tool as it was at their start, but `enabled: false` and a new secret hold at once.",
      errors: [agentErrors.tool_name_taken, commonErrors.external_id_taken],
      params: toolParams,
      body: toolChanges,
      response: toolOut,
      examples: { body: { timeoutSeconds: 30 }, response: { ...exampleToolOut, timeoutSeconds: 30 } },
      handler: ({ caller, requestId, params, body: { auth, ...body } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const changes = { ...body, ...(auth === undefined ? {} : { auth: toAuth(auth) }) };
          return presentTool(await updateTool(core, tx, params.toolId, changes, { caller, requestId }));
        }),
    }),
    route({
      scope: "admin",
      method: "DELETE",
      path: "/v1/tools/:toolId",
      operationId: "deleteTool",
      tag,
      summary: "Delete a tool",
      description: "Refused while agents have it, unless `force` takes it from them.",
      errors: [agentErrors.tool_in_use],
      status: 204,
      params: toolParams,
      query: z.strictObject({
        force: booleanInQuery
          .optional()
          .meta({ description: "True: also if agents have it, from whom it is taken" }),
      }),
      response: z.undefined(),
      handler: ({ caller, requestId, params, query }) =>
        core.db.tenant(caller.workspaceId, (tx) =>
          deleteTool(tx, params.toolId, { force: query.force ?? false }, { caller, requestId }).then(
            () => undefined,
          ),
        ),
    }),
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/tools/:toolId/test",
      operationId: "testTool",
      tag,
      summary: "Try a tool",
      description:
        "Makes one real call, also of a tool that is not enabled, and shows the request and the answer. An error of " +
        "the tool's server is no error of this operation.",
      params: toolParams,
      body: tryBody,
      response: tryOut,
      examples: { body: { input: { orderId: "A-1041" } }, response: exampleTry },
      handler: async ({ caller, params, body, signal }) =>
        presentTry(await tryTool(core, caller.workspaceId, { toolId: params.toolId, ...body, signal })),
    }),
  ];
}

function toAuth(auth: NonNullable<z.output<typeof toolChanges>["auth"]>): NewToolAuth {
  return {
    kind: auth.kind,
    username: auth.kind === "basic" ? auth.username : null,
    headerName: auth.kind === "header" ? auth.headerName : null,
    secret: auth.kind === "none" ? undefined : auth.secret,
  };
}

function presentTool(tool: Tool): z.input<typeof toolOut> {
  const { kind, username, headerName } = tool.auth;
  return {
    id: toId("tool", tool.id),
    kind: tool.kind,
    name: tool.name,
    description: tool.description,
    method: tool.method,
    url: tool.url,
    query: tool.query,
    headers: tool.headers,
    body: toJson(tool.body),
    auth: {
      kind,
      ...(username === null ? {} : { username }),
      ...(headerName === null ? {} : { headerName }),
    },
    hasSecret: tool.hasSecret,
    inputSchema: toJson(tool.inputSchema) as Readonly<Record<string, Json>>,
    timeoutSeconds: tool.timeoutSeconds,
    idempotent: tool.idempotent,
    policy: tool.policy,
    enabled: tool.enabled,
    externalId: tool.externalId,
    meta: tool.meta,
    createdAt: instant(tool.createdAt),
    updatedAt: instant(tool.updatedAt),
  };
}

function presentTry({ request, result, durationMs }: TriedTool): z.input<typeof tryOut> {
  return {
    request:
      request === undefined
        ? null
        : { ...request, body: request.body === undefined ? null : toJson(JSON.parse(request.body)) },
    answer: isAnswer(result) ? { ...result, body: toJson(result.body) } : null,
    error: isAnswer(result) ? null : result.reason,
    durationMs,
  };
}

type Json = z.infer<ReturnType<typeof z.json>>;

/** What came out of a json column or an answer of JSON or text is nothing else. */
function toJson(value: unknown): Json {
  return value as Json;
}
