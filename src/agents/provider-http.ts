import { z } from "zod";
import { requireFound } from "../base/errors.ts";
import { toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOf, idOut, instant, instantOut, meta, metaOut, pageOf, pageQuery, text } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { agentErrors } from "./errors.ts";
import {
  createModelProvider,
  deleteModelProvider,
  listModelProviders,
  loadModelProvider,
  updateModelProvider,
} from "./model-providers.ts";
import { type ModelProvider, providerKinds } from "./provider-store.ts";

const name = text({ min: 1, max: 200 });
const kind = z.enum(providerKinds).meta({
  description:
    "`openai_compatible`: any server that speaks OpenAI's chat completions. `sandbox`: a built-in stand-in that " +
    "follows fixed rules, says so in every text and calls nothing",
});
const baseUrl = text({ min: 1, max: 2_000 }).meta({
  description:
    "Up to and including the version, http or https, without credentials. Required for `openai_compatible`, left " +
    "out for `sandbox`. May be a private address",
  example: "https://api.openai.com/v1",
});
const apiKey = text({ min: 1, max: 2_000 })
  .regex(/^[\x21-\x7e]*$/, { error: "must be printable ASCII characters without spaces" })
  .meta({ description: "Stored encrypted and never shown; `hasApiKey` tells whether there is one" });

const newProvider = z.strictObject({
  name,
  kind,
  baseUrl: baseUrl.optional(),
  apiKey: apiKey.nullable().optional(),
  meta: meta.default({}),
});

const providerChanges = z.strictObject({
  name: name.optional(),
  baseUrl: baseUrl.optional(),
  apiKey: apiKey.nullable().optional().meta({
    description: "Null removes the key. Needed again when `baseUrl` moves to another server",
  }),
  meta: meta.optional(),
});

const providerOut = z
  .object({
    id: idOut("modelProvider"),
    name: z.string(),
    kind: z.enum(providerKinds),
    baseUrl: z.string().nullable(),
    hasApiKey: z.boolean(),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "ModelProvider" });

const exampleBody = {
  name: "OpenAI",
  kind: "openai_compatible",
  baseUrl: "https://api.openai.com/v1",
  apiKey: "sk-your-key",
};

const example = {
  id: "prov_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "OpenAI",
  kind: "openai_compatible",
  baseUrl: "https://api.openai.com/v1",
  hasApiKey: true,
  meta: {},
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

const tag = "Model providers";
const providerParams = z.object({ modelProviderId: idOf("modelProvider") });

/** `/v1/model-providers`. Changing them takes an admin, since they say where customers' data goes. */
export function providerRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/model-providers",
      operationId: "createModelProvider",
      tag,
      summary: "Create a model provider",
      description: "Nothing is called: a wrong key or address shows at the first model call.",
      status: 201,
      body: newProvider,
      response: providerOut,
      examples: { body: exampleBody, response: example },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentProvider(await createModelProvider(core, tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/model-providers",
      operationId: "listModelProviders",
      tag,
      summary: "List model providers",
      query: z.strictObject({ ...pageQuery, kind: z.enum(providerKinds).optional() }),
      response: pageOf(providerOut),
      examples: { response: { items: [example], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listModelProviders(tx, filter, { limit, cursor });
          return { items: page.items.map(presentProvider), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/model-providers/:modelProviderId",
      operationId: "getModelProvider",
      tag,
      summary: "Read a model provider",
      params: providerParams,
      response: providerOut,
      examples: { response: example },
      handler: ({ caller, params }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const provider = requireFound(
            await loadModelProvider(tx, params.modelProviderId),
            "model provider",
          );
          return presentProvider(provider);
        }),
    }),
    route({
      scope: "admin",
      method: "PATCH",
      path: "/v1/model-providers/:modelProviderId",
      operationId: "updateModelProvider",
      tag,
      summary: "Change a model provider",
      description: "Also executions that run use the new address and key from their next model call on.",
      params: providerParams,
      body: providerChanges,
      response: providerOut,
      examples: { body: { apiKey: "sk-your-new-key" }, response: example },
      handler: ({ caller, requestId, params, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentProvider(
            await updateModelProvider(core, tx, params.modelProviderId, body, { caller, requestId }),
          ),
        ),
    }),
    route({
      scope: "admin",
      method: "DELETE",
      path: "/v1/model-providers/:modelProviderId",
      operationId: "deleteModelProvider",
      tag,
      summary: "Delete a model provider",
      description: "Refused while an agent uses it.",
      errors: [agentErrors.model_provider_in_use],
      status: 204,
      params: providerParams,
      response: z.undefined(),
      handler: ({ caller, requestId, params }) =>
        core.db.tenant(caller.workspaceId, (tx) =>
          deleteModelProvider(tx, params.modelProviderId, { caller, requestId }).then(() => undefined),
        ),
    }),
  ];
}

function presentProvider(provider: ModelProvider): z.input<typeof providerOut> {
  return {
    id: toId("modelProvider", provider.id),
    name: provider.name,
    kind: provider.kind,
    baseUrl: provider.baseUrl,
    hasApiKey: provider.hasApiKey,
    meta: provider.meta,
    createdAt: instant(provider.createdAt),
    updatedAt: instant(provider.updatedAt),
  };
}
