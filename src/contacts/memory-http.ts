import { z } from "zod";
import { type Route, route } from "../base/route.ts";
import { idOf, pageOf, pageQuery, searchInQuery } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { changeFact, createFact, forgetFact, listFacts } from "./memory.ts";
import { presentFact } from "./present.ts";
import { factBody, factChangeBody, factExample, factOut } from "./schemas.ts";

const tag = "Contacts";
const params = z.object({ contactId: idOf("contact") });
const factParams = z.object({ contactId: idOf("contact"), memoryId: idOf("memory") });
const writtenExample = { ...factExample, source: "api", executionId: null };

/** Routes under `/v1/contacts/{contactId}/memory`. */
export function memoryRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/contacts/:contactId/memory",
      operationId: "listContactMemory",
      tag,
      summary: "List what is remembered of a contact, newest first",
      description: "Facts that have expired are left out.",
      params,
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the text, the key or the value, in any case"),
      }),
      response: pageOf(factOut),
      examples: { response: { items: [factExample], nextCursor: null } },
      tool: { name: "list_contact_memory", readOnly: true },
      handler: ({ params: { contactId }, query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listFacts(tx, contactId, query);
          return { items: page.items.map(presentFact), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "write",
      method: "POST",
      path: "/v1/contacts/:contactId/memory",
      operationId: "createContactMemory",
      tag,
      summary: "Have something remembered of a contact",
      description:
        "Agents read it in everything they do for the contact. A fact with the same `key` is replaced.",
      params,
      status: 201,
      body: factBody,
      response: factOut,
      examples: {
        body: { key: "delivery_time", value: "after 17:00", text: "Is at home after 17:00." },
        response: writtenExample,
      },
      tool: { name: "remember_of_contact", destructive: true },
      handler: ({ params: { contactId }, body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentFact(await createFact(core, tx, contactId, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "PATCH",
      path: "/v1/contacts/:contactId/memory/:memoryId",
      operationId: "updateContactMemory",
      tag,
      summary: "Change what is remembered of a contact",
      description: "Every field that is named is replaced; the key stays.",
      params: factParams,
      body: factChangeBody,
      response: factOut,
      examples: { body: { text: "Is at home after 18:00." }, response: writtenExample },
      handler: ({ params: { contactId, memoryId: id }, body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentFact(await changeFact(core, tx, { contactId, id }, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "DELETE",
      path: "/v1/contacts/:contactId/memory/:memoryId",
      operationId: "deleteContactMemory",
      tag,
      summary: "Forget something of a contact",
      params: factParams,
      status: 204,
      response: z.undefined(),
      handler: ({ params: { contactId, memoryId: id }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await forgetFact(tx, { contactId, id }, { caller, requestId });
          return undefined;
        }),
    }),
  ];
}
