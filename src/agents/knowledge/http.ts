import { z } from "zod";
import { commonErrors, requireFound } from "../../base/errors.ts";
import { toId } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import {
  booleanInQuery,
  externalId,
  idOf,
  idOut,
  instant,
  instantOut,
  languageTag,
  meta,
  metaOut,
  pageOf,
  pageQuery,
  searchInQuery,
  tagList,
  text,
} from "../../base/schemas.ts";
import type { Core } from "../../engine/index.ts";
import { agentErrors } from "../errors.ts";
import {
  createKnowledge,
  deleteKnowledge,
  getKnowledge,
  listKnowledge,
  updateKnowledge,
} from "./knowledge.ts";
import type { Knowledge } from "./store.ts";

const title = text({ min: 1, max: 200 }).meta({ description: "Shown to the agent; counts more in searches" });
const content = text({ min: 1, max: 100_000 }).meta({
  description: "What the agent may look up. One subject in each text is found best",
});
const language = languageTag(35).nullable().meta({
  description: "BCP 47. Decides how words are reduced to their stems; null: they are compared as they are",
  example: "en",
});
const tags = tagList.meta({
  description: "Labels for your own order; the whole list is replaced",
  example: ["returns"],
});
const enabled = z.boolean().meta({ description: "While false no agent finds it" });

const newKnowledge = z.strictObject({
  title,
  text: content,
  language: language.default(null),
  tags: tags.default([]),
  enabled: enabled.default(true),
  externalId: externalId.nullable().default(null),
  meta: meta.default({}),
});

const knowledgeChanges = z.strictObject({
  title: title.optional(),
  text: content.optional(),
  language: language.optional(),
  tags: tags.optional(),
  enabled: enabled.optional(),
  externalId: externalId.nullable().optional(),
  meta: meta.optional(),
});

const knowledgeOut = z
  .object({
    id: idOut("knowledge"),
    title: z.string(),
    text: z.string(),
    language: z.string().nullable(),
    tags: z.array(z.string()),
    enabled: z.boolean(),
    externalId: z.string().nullable(),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Knowledge" });

const exampleBody = {
  title: "Returning flowers",
  text: "Flowers that arrive damaged are replaced within two days. A photo is enough, nothing is sent back.",
  language: "en",
  tags: ["returns"],
};

const example = {
  id: "know_01k3v8q5x8e7arf4s2m6t9c0wd",
  ...exampleBody,
  enabled: true,
  externalId: null,
  meta: {},
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

const tag = "Knowledge";
const knowledgeParams = z.object({ knowledgeId: idOf("knowledge") });

/** `/v1/knowledge` */
export function knowledgeRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/knowledge",
      operationId: "createKnowledge",
      tag,
      summary: "Write down knowledge",
      description: "A text that agents search with `search_knowledge`, once their `knowledgeIds` name it.",
      status: 201,
      errors: [commonErrors.external_id_taken],
      body: newKnowledge,
      response: knowledgeOut,
      examples: { body: exampleBody, response: example },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentKnowledge(await createKnowledge(tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/knowledge",
      operationId: "listKnowledge",
      tag,
      summary: "List knowledge, newest first",
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Words of title or text, as in a search engine, or a part of the title"),
        tag: z.string().max(50).optional().meta({ description: "Only with this tag" }),
        language: z.string().max(35).optional().meta({ description: "Only with exactly this language tag" }),
        enabled: booleanInQuery.optional().meta({ description: "Only enabled ones, or only disabled ones" }),
        externalId: z.string().max(200).optional().meta({ description: "Only with this id of yours" }),
      }),
      response: pageOf(knowledgeOut),
      examples: { response: { items: [example], nextCursor: null } },
      handler: ({ caller, query: { limit, cursor, ...filter } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { items, nextCursor } = await listKnowledge(tx, filter, { limit, cursor });
          return { items: items.map(presentKnowledge), nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/knowledge/:knowledgeId",
      operationId: "getKnowledge",
      tag,
      summary: "Read knowledge",
      params: knowledgeParams,
      response: knowledgeOut,
      examples: { response: example },
      handler: ({ caller, params }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentKnowledge(requireFound(await getKnowledge(tx, params.knowledgeId), "knowledge")),
        ),
    }),
    route({
      scope: "write",
      method: "PATCH",
      path: "/v1/knowledge/:knowledgeId",
      operationId: "updateKnowledge",
      tag,
      summary: "Change knowledge",
      description: "Agents find the new text at once, also in executions that run.",
      errors: [commonErrors.external_id_taken],
      params: knowledgeParams,
      body: knowledgeChanges,
      response: knowledgeOut,
      examples: { body: { tags: ["returns", "2027"] }, response: { ...example, tags: ["returns", "2027"] } },
      handler: ({ caller, requestId, params, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentKnowledge(await updateKnowledge(tx, params.knowledgeId, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "DELETE",
      path: "/v1/knowledge/:knowledgeId",
      operationId: "deleteKnowledge",
      tag,
      summary: "Delete knowledge",
      description: "Refused while agents have it, unless `force` takes it from them.",
      errors: [agentErrors.knowledge_in_use],
      status: 204,
      params: knowledgeParams,
      query: z.strictObject({
        force: booleanInQuery
          .optional()
          .meta({ description: "True: also if agents have it, from whom it is taken" }),
      }),
      response: z.undefined(),
      handler: ({ caller, requestId, params, query }) =>
        core.db.tenant(caller.workspaceId, (tx) =>
          deleteKnowledge(
            tx,
            params.knowledgeId,
            { force: query.force ?? false },
            { caller, requestId },
          ).then(() => undefined),
        ),
    }),
  ];
}

function presentKnowledge(knowledge: Knowledge): z.input<typeof knowledgeOut> {
  return {
    id: toId("knowledge", knowledge.id),
    title: knowledge.title,
    text: knowledge.text,
    language: knowledge.language,
    tags: [...knowledge.tags],
    enabled: knowledge.enabled,
    externalId: knowledge.externalId,
    meta: knowledge.meta,
    createdAt: instant(knowledge.createdAt),
    updatedAt: instant(knowledge.updatedAt),
  };
}
