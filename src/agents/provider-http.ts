import { z } from "zod";
import { requireFound } from "../base/errors.ts";
import { toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import {
  idOf,
  idOut,
  instant,
  instantOut,
  meta,
  metaOut,
  pageOf,
  pageQuery,
  searchInQuery,
  text,
} from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { agentErrors } from "./errors.ts";
import {
  createModelProvider,
  deleteModelProvider,
  getModelProvider,
  listModelProviders,
  updateModelProvider,
} from "./model-providers.ts";
import { listProviderModels } from "./provider-models.ts";
import { type ModelProvider, providerKinds } from "./provider-store.ts";
import { tryModelProvider } from "./provider-trial.ts";

const name = text({ min: 1, max: 200 });
const kind = z.enum(providerKinds).meta({
  description:
    "`openai`: OpenAI's Responses API. `anthropic`: the Messages API. `google`: the Gemini API. `openai_compatible`: any " +
    "server that speaks OpenAI's chat completions. `sandbox`: a built-in stand-in that follows fixed rules, says so in " +
    "every text and calls nothing",
});
const baseUrl = text({ min: 1, max: 2_000 }).meta({
  description:
    "Up to and including the version, http or https, without credentials. Required for `openai_compatible`, left out " +
    "for `sandbox`; for the others null or left out means the vendor's own server. May be a private address",
  example: "https://api.openai.com/v1",
});
const apiKey = text({ min: 1, max: 2_000 })
  .regex(/^[\x21-\x7e]*$/, { error: "must be printable ASCII characters without spaces" })
  .meta({
    description:
      "Stored encrypted and never shown; `hasApiKey` tells whether there is one. Required for `openai`, `anthropic` and " +
      "`google` on the vendor's own server, left out for `sandbox`",
  });
const maxConcurrent = z
  .int()
  .min(1)
  .max(1_000)
  .meta({
    description:
      "So many calls run at once in each worker process; further ones wait in order. Null: no bound. A call that is " +
      "streamed keeps its place until its end",
    example: 8,
  });
const usdForm = 'must be a decimal string of US dollars with at most six decimals, such as "2.50"';
const usd = z
  .string({ error: usdForm })
  .regex(/^\d{1,6}(\.\d{1,6})?$/, { error: usdForm })
  .meta({ example: "2.50" });
const price = z.strictObject({
  inputUsdPerMillionTokens: usd,
  outputUsdPerMillionTokens: usd,
  cachedInputUsdPerMillionTokens: usd.optional().meta({
    description: "Input that the provider read from its cache; left out: the same as other input",
  }),
});
const mostPrices = 200;
const prices = z
  .record(text({ min: 1, max: 200 }), price)
  .refine((value) => Object.keys(value).length <= mostPrices, {
    error: `must hold at most ${mostPrices} models`,
    params: { code: "too_large" },
  })
  .meta({
    description:
      "Model name → its prices, which go before the built-in ones. A model without a price costs nothing, and its steps " +
      "say `priceKnown: false`",
  });

const newProvider = z.strictObject({
  name,
  kind,
  baseUrl: baseUrl.nullable().optional(),
  apiKey: apiKey.nullable().optional(),
  maxConcurrent: maxConcurrent.nullable().default(null),
  prices: prices.default({}),
  meta: meta.default({}),
});

const providerChanges = z.strictObject({
  name: name.optional(),
  baseUrl: baseUrl.nullable().optional(),
  apiKey: apiKey.nullable().optional().meta({
    description: "Null removes the key. Needed again when `baseUrl` moves to another server",
  }),
  maxConcurrent: maxConcurrent.nullable().optional(),
  prices: prices.optional().meta({ description: "Replaces all prices; an empty object removes them" }),
  meta: meta.optional(),
});

const providerOut = z
  .object({
    id: idOut("modelProvider"),
    name: z.string(),
    kind: z.enum(providerKinds),
    baseUrl: z.string().nullable(),
    hasApiKey: z.boolean(),
    maxConcurrent: z.number().nullable(),
    prices: z.record(
      z.string(),
      z.object({
        inputUsdPerMillionTokens: z.string(),
        outputUsdPerMillionTokens: z.string(),
        cachedInputUsdPerMillionTokens: z.string().optional(),
      }),
    ),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "ModelProvider" });

const trial = z.strictObject({
  model: text({ min: 1, max: 200 }).optional().meta({
    description: "Left out: the model of the newest agent that uses the provider",
    example: "gpt-4.1-mini",
  }),
});

const trialOut = z
  .object({
    ok: z.boolean(),
    latencyMs: z.number(),
    model: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: "ModelProviderTrial" });

const modelsOut = z
  .object({
    items: z.array(z.object({ id: z.string().meta({ description: "A name for an agent's `model`" }) })),
    supported: z.boolean().meta({ description: "False: the server has no list; any name may work" }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: "ModelList" });

const exampleBody = {
  name: "OpenAI",
  kind: "openai",
  apiKey: "sk-your-key",
  maxConcurrent: 8,
  prices: { "gpt-4.1-mini": { inputUsdPerMillionTokens: "0.40", outputUsdPerMillionTokens: "1.60" } },
};

const example = {
  id: "prov_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "OpenAI",
  kind: "openai",
  baseUrl: null,
  hasApiKey: true,
  maxConcurrent: 8,
  prices: { "gpt-4.1-mini": { inputUsdPerMillionTokens: "0.40", outputUsdPerMillionTokens: "1.60" } },
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
      description: "Nothing is called: a wrong key or address shows when it is tried with `/test`.",
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
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the name or the base URL, in any case"),
        kind: z.enum(providerKinds).optional().meta({ description: "Only providers of this kind" }),
      }),
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
          const provider = requireFound(await getModelProvider(tx, params.modelProviderId), "model provider");
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
      method: "POST",
      path: "/v1/model-providers/:modelProviderId/test",
      operationId: "testModelProvider",
      tag,
      summary: "Try a model provider",
      description:
        "Makes one small call, which costs a few tokens and counts against no budget, and offers the model a tool. " +
        "Takes 10 s at most. What goes wrong at the provider is `error` in an answer 200.",
      params: providerParams,
      body: trial,
      response: trialOut,
      examples: {
        body: { model: "gpt-4.1-mini" },
        response: { ok: true, latencyMs: 640, model: "gpt-4.1-mini-2025-04-14", error: null },
      },
      handler: ({ caller, params, body }) =>
        tryModelProvider(core, caller.workspaceId, {
          providerId: params.modelProviderId,
          model: body.model,
        }),
    }),
    route({
      scope: "write",
      method: "GET",
      path: "/v1/model-providers/:modelProviderId/models",
      operationId: "listProviderModels",
      tag,
      summary: "List the models of a provider",
      description:
        "Asks the provider now. Takes 10 s at most. What goes wrong there is `error` in an answer 200.",
      params: providerParams,
      response: modelsOut,
      examples: {
        response: { items: [{ id: "gpt-4.1" }, { id: "gpt-4.1-mini" }], supported: true, error: null },
      },
      handler: async ({ caller, params, signal }) => {
        const { models, error } = await listProviderModels(
          core,
          caller.workspaceId,
          params.modelProviderId,
          signal,
        );
        return { items: (models ?? []).map((id) => ({ id })), supported: models !== undefined, error };
      },
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
    maxConcurrent: provider.maxConcurrent,
    prices: provider.prices,
    meta: provider.meta,
    createdAt: instant(provider.createdAt),
    updatedAt: instant(provider.updatedAt),
  };
}
