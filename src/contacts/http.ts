import { z } from "zod";
import { commonErrors, requireFound } from "../base/errors.ts";
import { toId, toIdOrNull } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { booleanInQuery, idOf, instant, pageOf, pageQuery, text } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { changedFields, recordChange } from "../workspaces/index.ts";
import type { Contact, Fact, Identity } from "./contact.ts";
import {
  createContact,
  deleteContact,
  getContact,
  listContacts,
  listIdentities,
  optIn,
  optOut,
  updateContact,
} from "./contacts.ts";
import { listFacts } from "./memory.ts";
import { contactExample, contactOut, createBody, factExample, factOut, updateBody } from "./schemas.ts";

const tag = "Contacts";
const params = z.object({ contactId: idOf("contact") });
const audited = [
  "name",
  "email",
  "phone",
  "timezone",
  "language",
  "attributes",
  "tags",
  "externalId",
  "meta",
  "optedOutAt",
  "optedOutReason",
] as const;

/** Routes under `/v1/contacts`. */
export function contactRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/contacts",
      operationId: "createContact",
      tag,
      summary: "Make a contact",
      status: 201,
      body: createBody,
      response: contactOut,
      errors: [commonErrors.external_id_taken],
      examples: {
        body: { name: "Anna Keller", email: "anna@example.com", timezone: "Europe/Berlin" },
        response: {
          ...contactExample,
          phone: null,
          language: null,
          attributes: {},
          tags: [],
          externalId: null,
          identities: [],
        },
      },
      handler: ({ body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const contact = await createContact(tx, body);
          await recordChange(tx, {
            caller,
            requestId,
            action: "contact.create",
            target: { kind: "contact", id: contact.id },
            changes: changedFields(undefined, contact, audited),
          });
          return presentOne(tx, contact);
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/contacts",
      operationId: "listContacts",
      tag,
      summary: "List contacts, newest first",
      query: z.object({
        ...pageQuery,
        tag: z.string().max(50).optional().meta({ description: "Only contacts with this tag" }),
        email: z.string().max(320).optional().meta({ description: "Only with this address, in any case" }),
        externalId: z.string().max(200).optional().meta({ description: "Only with this id of yours" }),
        optedOut: booleanInQuery
          .optional()
          .meta({ description: "Only contacts that want no messages, or only those that do not mind" }),
      }),
      response: pageOf(contactOut),
      examples: { response: { items: [contactExample], nextCursor: null } },
      handler: ({ query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { limit, cursor, ...filter } = query;
          const page = await listContacts(tx, filter, { limit, cursor });
          const identities = await listIdentities(
            tx,
            page.items.map(({ id }) => id),
          );
          return {
            items: page.items.map((contact) => presentContact(contact, identities)),
            nextCursor: page.nextCursor,
          };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/contacts/:contactId",
      operationId: "getContact",
      tag,
      summary: "Read a contact",
      params,
      response: contactOut,
      examples: { response: contactExample },
      handler: ({ params: { contactId }, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const contact = requireFound(await getContact(tx, contactId), "contact");
          return presentOne(tx, contact);
        }),
    }),
    route({
      scope: "write",
      method: "PATCH",
      path: "/v1/contacts/:contactId",
      operationId: "updateContact",
      tag,
      summary: "Change a contact",
      description:
        "`attributes` are merged key by key; every other field that is named is replaced, null clears it.",
      params,
      body: updateBody,
      response: contactOut,
      errors: [commonErrors.external_id_taken],
      examples: { body: { attributes: { plan: "team" } }, response: contactExample },
      handler: ({ params: { contactId }, body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { before, after } = await updateContact(tx, contactId, body);
          await recordChange(tx, {
            caller,
            requestId,
            action: "contact.update",
            target: { kind: "contact", id: contactId },
            changes: changedFields(before, after, audited),
          });
          return presentOne(tx, after);
        }),
    }),
    route({
      scope: "write",
      method: "DELETE",
      path: "/v1/contacts/:contactId",
      operationId: "deleteContact",
      tag,
      summary: "Delete a contact",
      description: "Its conversations, messages and memory go with it; its tasks end.",
      params,
      status: 204,
      response: z.undefined(),
      handler: ({ params: { contactId }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await deleteContact(core, tx, contactId);
          await recordChange(tx, {
            caller,
            requestId,
            action: "contact.delete",
            target: { kind: "contact", id: contactId },
          });
          return undefined;
        }),
    }),
    optRoute(core, {
      verb: "opt-out",
      operationId: "optOutContact",
      summary: "Note that a contact wants no messages",
      body: z.strictObject({
        reason: text({ min: 1, max: 200 })
          .optional()
          .meta({ description: "Why, for the record; default `api`", example: "asked by phone" }),
      }),
      change: (tx, id, body) => optOut(tx, id, body.reason ?? "api"),
    }),
    optRoute(core, {
      verb: "opt-in",
      operationId: "optInContact",
      summary: "End a contact's opt-out",
      body: z.strictObject({}),
      change: (tx, id) => optIn(tx, id),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/contacts/:contactId/memory",
      operationId: "listContactMemory",
      tag,
      summary: "List what agents remember of a contact, newest first",
      description: "Facts that have expired are left out.",
      params,
      query: z.object(pageQuery),
      response: pageOf(factOut),
      examples: { response: { items: [factExample], nextCursor: null } },
      handler: ({ params: { contactId }, query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listFacts(tx, contactId, query);
          return { items: page.items.map(presentFact), nextCursor: page.nextCursor };
        }),
    }),
  ];
}

function optRoute<B extends z.ZodType>(
  core: Core,
  spec: {
    readonly verb: "opt-out" | "opt-in";
    readonly operationId: string;
    readonly summary: string;
    readonly body: B;
    readonly change: (tx: TenantTx, id: string, body: z.output<B>) => Promise<Contact>;
  },
): Route {
  return route({
    scope: "write",
    method: "POST",
    path: `/v1/contacts/:contactId/${spec.verb}`,
    operationId: spec.operationId,
    tag,
    summary: spec.summary,
    params,
    body: spec.body,
    response: contactOut,
    examples: { body: {}, response: contactExample },
    handler: ({ params: { contactId }, body, caller, requestId }) =>
      core.db.tenant(caller.workspaceId, async (tx) => {
        const before = await getContact(tx, contactId);
        const after = await spec.change(tx, contactId, body);
        await recordChange(tx, {
          caller,
          requestId,
          action: `contact.${spec.verb.replace("-", "_")}`,
          target: { kind: "contact", id: contactId },
          changes: changedFields(before, after, audited),
        });
        return presentOne(tx, after);
      }),
  });
}

async function presentOne(tx: TenantTx, contact: Contact): Promise<z.input<typeof contactOut>> {
  return presentContact(contact, await listIdentities(tx, [contact.id]));
}

function presentContact(contact: Contact, identities: readonly Identity[]): z.input<typeof contactOut> {
  return {
    id: toId("contact", contact.id),
    name: contact.name,
    email: contact.email,
    phone: contact.phone,
    timezone: contact.timezone,
    language: contact.language,
    attributes: contact.attributes,
    tags: [...contact.tags],
    externalId: contact.externalId,
    meta: contact.meta,
    optedOutAt: instant(contact.optedOutAt),
    optedOutReason: contact.optedOutReason,
    identities: identities
      .filter(({ contactId }) => contactId === contact.id)
      .map(({ platform, address }) => ({ platform, address })),
    createdAt: instant(contact.createdAt),
    updatedAt: instant(contact.updatedAt),
  };
}

function presentFact(fact: Fact): z.input<typeof factOut> {
  return {
    id: toId("memory", fact.id),
    key: fact.key,
    value: fact.value,
    text: fact.text,
    source: fact.source,
    executionId: toIdOrNull("execution", fact.executionId),
    expiresAt: instant(fact.expiresAt),
    createdAt: instant(fact.createdAt),
  };
}
