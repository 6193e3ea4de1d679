import { z } from "zod";
import { requireFound } from "../base/errors.ts";
import { type Route, route } from "../base/route.ts";
import {
  booleanInQuery,
  idOf,
  idsInQuery,
  pageOf,
  pageQuery,
  requireIdsAlone,
  searchInQuery,
} from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import {
  agentChanges,
  agentOut,
  exampleAgent,
  exampleBody,
  modelProviderId,
  newAgent,
  presentAgent,
} from "./agent-schemas.ts";
import { createAgent, deleteAgent, getAgent, listAgents, updateAgent } from "./agents.ts";

const tag = "Agents";
const agentParams = z.object({ agentId: idOf("agent") });

/** `/v1/agents` */
export function agentRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/agents",
      operationId: "createAgent",
      tag,
      summary: "Create an agent",
      description: "The first agent does not become the default by itself: say `isDefault`.",
      status: 201,
      body: newAgent,
      response: agentOut,
      examples: { body: exampleBody, response: exampleAgent },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentAgent(await createAgent(tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/agents",
      operationId: "listAgents",
      tool: { name: "list_agents", readOnly: true },
      tag,
      summary: "List agents",
      query: z.strictObject({
        ...pageQuery,
        ids: idsInQuery("agent").optional(),
        q: searchInQuery("Part of the name or the instructions, in any case"),
        enabled: booleanInQuery.optional().meta({ description: "Only enabled ones, or only disabled ones" }),
        modelProviderId: modelProviderId.optional(),
      }),
      response: pageOf(agentOut),
      examples: { response: { items: [exampleAgent], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) => {
        requireIdsAlone(filter);
        return core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listAgents(tx, filter, { limit, cursor });
          return { items: page.items.map(presentAgent), nextCursor: page.nextCursor };
        });
      },
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/agents/:agentId",
      operationId: "getAgent",
      tool: { name: "get_agent", readOnly: true },
      tag,
      summary: "Read an agent",
      params: agentParams,
      response: agentOut,
      examples: { response: exampleAgent },
      handler: ({ caller, params }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const agent = requireFound(await getAgent(tx, params.agentId), "agent");
          return presentAgent(agent);
        }),
    }),
    route({
      scope: "write",
      method: "PATCH",
      path: "/v1/agents/:agentId",
      operationId: "updateAgent",
      tag,
      summary: "Change an agent",
      description: "Executions that run go on with the agent as it was at their start.",
      params: agentParams,
      body: agentChanges,
      response: agentOut,
      examples: { body: { enabled: false }, response: { ...exampleAgent, enabled: false } },
      handler: ({ caller, requestId, params, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentAgent(await updateAgent(core, tx, params.agentId, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "DELETE",
      path: "/v1/agents/:agentId",
      operationId: "deleteAgent",
      tag,
      summary: "Delete an agent",
      description: "Its tasks pause and say why; conversations and executions remain.",
      status: 204,
      params: agentParams,
      response: z.undefined(),
      handler: ({ caller, requestId, params }) =>
        core.db.tenant(caller.workspaceId, (tx) =>
          deleteAgent(core, tx, params.agentId, { caller, requestId }).then(() => undefined),
        ),
    }),
  ];
}
