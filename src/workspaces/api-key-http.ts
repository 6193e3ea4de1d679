import { z } from "zod";
import { toId, toIdOrNull } from "../base/ids.ts";
import { type Route, route, scopes } from "../base/route.ts";
import { idOf, idOut, instant, instantOut, pageOf, pageQuery, searchInQuery, text } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { type ApiKey, createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import type { Auth } from "./auth.ts";
import { workspaceErrors } from "./errors.ts";

const scope = z.enum(scopes).meta({ description: "Each includes the ones before it" });

const apiKeyOut = z
  .object({
    id: idOut("apiKey"),
    name: z.string(),
    hint: z.string().meta({ description: "The last four characters of the key" }),
    scope,
    createdBy: idOut("member").nullable().meta({ description: "The member who made it, if it was one" }),
    createdAt: instantOut,
    expiresAt: instantOut.nullable(),
    lastUsedAt: instantOut.nullable().meta({ description: "To the minute" }),
    revokedAt: instantOut.nullable(),
  })
  .meta({ id: "ApiKey" });

const exampleKey = {
  id: "key_01k3v8q5x8e7arf4s2m6t9c0wd",
  name: "CRM import",
  hint: "x7Qk",
  scope: "write",
  createdBy: "mem_01k3v8q5x8e7arf4s2m6t9c0wd",
  createdAt: "2027-03-01T09:00:00.000Z",
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
};

function presentKey(key: ApiKey): z.input<typeof apiKeyOut> {
  return {
    id: toId("apiKey", key.id),
    name: key.name,
    hint: key.hint,
    scope: key.scope,
    createdBy: toIdOrNull("member", key.createdBy),
    createdAt: instant(key.createdAt),
    expiresAt: instant(key.expiresAt),
    lastUsedAt: instant(key.lastUsedAt),
    revokedAt: instant(key.revokedAt),
  };
}

export function apiKeyRoutes(core: Core, auth: Auth): readonly Route[] {
  return [
    route({
      scope: "admin",
      method: "POST",
      path: "/v1/api-keys",
      operationId: "createApiKey",
      tag: "API keys",
      summary: "Make an API key",
      description: "The answer is the only time the key is shown; only its hash is stored.",
      status: 201,
      body: z.strictObject({
        name: text({ min: 1, max: 200 }),
        scope,
        expiresAt: z.iso
          .datetime({ offset: true })
          .transform((value) => new Date(value))
          .nullish()
          .meta({ description: "Absent or null: never", example: "2028-01-01T00:00:00Z" }),
      }),
      response: apiKeyOut.extend({ key: z.string().meta({ description: "Keep it secret" }) }),
      errors: [workspaceErrors.scope_too_high],
      examples: {
        body: { name: "CRM import", scope: "write" },
        response: { ...exampleKey, key: "errand_Zk1tq0v9w2…x7Qk" },
      },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { key, secret } = await createApiKey(
            core,
            tx,
            { name: body.name, scope: body.scope, expiresAt: body.expiresAt ?? null },
            { caller, requestId },
          );
          return { ...presentKey(key), key: secret };
        }),
    }),
    route({
      scope: "admin",
      method: "GET",
      path: "/v1/api-keys",
      operationId: "listApiKeys",
      tag: "API keys",
      summary: "All API keys, also revoked ones",
      query: z.strictObject({ ...pageQuery, q: searchInQuery("Part of the name or the hint, in any case") }),
      response: pageOf(apiKeyOut),
      examples: { response: { items: [exampleKey], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listApiKeys(tx, filter, { limit, cursor });
          return { items: page.items.map(presentKey), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "admin",
      method: "DELETE",
      path: "/v1/api-keys/:apiKeyId",
      operationId: "revokeApiKey",
      tag: "API keys",
      summary: "Revoke an API key for good",
      description: "Other processes of the same installation refuse it within five seconds.",
      status: 204,
      params: z.object({ apiKeyId: idOf("apiKey") }),
      response: z.undefined(),
      handler: ({ caller, requestId, params: { apiKeyId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await revokeApiKey(core, tx, apiKeyId, { caller, requestId });
          tx.afterCommit(() => auth.keys.forget(apiKeyId));
          return undefined;
        }),
    }),
  ];
}
