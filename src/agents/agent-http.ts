import { z } from "zod";
import { requireFound } from "../base/errors.ts";
import { toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import {
  booleanInQuery,
  idOf,
  idOut,
  instant,
  instantOut,
  meta,
  metaOut,
  pageOf,
  pageQuery,
  text,
} from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import type { Agent } from "./agent-store.ts";
import { createAgent, deleteAgent, listAgents, loadAgent, updateAgent } from "./agents.ts";

const name = text({ min: 1, max: 200 }).meta({ description: "What people call the agent" });
const instructions = text({ min: 1, max: 20_000 }).meta({
  description: "How the agent behaves in everything it does; each task adds what is to be done",
});
const modelProviderId = idOf("modelProvider");
const model = text({ min: 1, max: 200 }).meta({ description: "The model's name at the provider" });
const enabled = z.boolean().meta({
  description: "While false the agent answers nobody, and no message of its tasks passes the gate",
});
const isDefault = z.boolean().meta({
  description: "True makes it the agent of tasks that name none, and takes that from the agent that was",
});

const newAgent = z.strictObject({
  name,
  instructions,
  modelProviderId,
  model,
  enabled: enabled.default(true),
  isDefault: isDefault.default(false),
  meta: meta.default({}),
});

const agentChanges = z.strictObject({
  name: name.optional(),
  instructions: instructions.optional(),
  modelProviderId: modelProviderId.optional(),
  model: model.optional(),
  enabled: enabled.optional(),
  isDefault: isDefault.optional(),
  meta: meta.optional(),
});

const agentOut = z
  .object({
    id: idOut("agent"),
    name: z.string(),
    instructions: z.string(),
    modelProviderId: idOut("modelProvider"),
    model: z.string(),
    enabled: z.boolean(),
    isDefault: z.boolean(),
    demo: z.boolean().meta({ description: "True for what the demo made" }),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Agent" });

const exampleBody = {
  name: "Mia",
  instructions: "You work for Blume, a flower shop. Be warm and brief. Never promise a delivery time.",
  modelProviderId: "prov_01k3v8q5x8e7arf4s2m6t9c0wd",
  model: "gpt-4.1-mini",
  isDefault: true,
};

const example = {
  id: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  ...exampleBody,
  enabled: true,
  demo: false,
  meta: {},
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

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
      examples: { body: exampleBody, response: example },
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
      tag,
      summary: "List agents",
      query: z.strictObject({
        ...pageQuery,
        enabled: booleanInQuery.optional(),
        modelProviderId: modelProviderId.optional(),
      }),
      response: pageOf(agentOut),
      examples: { response: { items: [example], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listAgents(tx, filter, { limit, cursor });
          return { items: page.items.map(presentAgent), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/agents/:agentId",
      operationId: "getAgent",
      tag,
      summary: "Read an agent",
      params: agentParams,
      response: agentOut,
      examples: { response: example },
      handler: ({ caller, params }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const agent = requireFound(await loadAgent(tx, params.agentId), "agent");
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
      examples: { body: { enabled: false }, response: { ...example, enabled: false } },
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

function presentAgent(agent: Agent): z.input<typeof agentOut> {
  return {
    id: toId("agent", agent.id),
    name: agent.name,
    instructions: agent.instructions,
    modelProviderId: toId("modelProvider", agent.modelProviderId),
    model: agent.model,
    enabled: agent.enabled,
    isDefault: agent.isDefault,
    demo: agent.demo,
    meta: agent.meta,
    createdAt: instant(agent.createdAt),
    updatedAt: instant(agent.updatedAt),
  };
}
