import { z } from "zod";
import { commonErrors, requireFound } from "../base/errors.ts";
import { type Route, RouteResponse, route } from "../base/route.ts";
import { idOf, pageOf, pageQuery, requireIdsAlone, text } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import type { Origin } from "../workspaces/index.ts";
import type { Contact } from "./contact.ts";
import {
  createContact,
  deleteContact,
  getContact,
  listContacts,
  listIdentities,
  optIn,
  optOut,
  putContact,
  updateContact,
} from "./contacts.ts";
import { presentContact, presentOneContact } from "./present.ts";
import { contactExample, contactOut, createBody, listFilters, putBody, updateBody } from "./schemas.ts";

const tag = "Contacts";
const params = z.object({ contactId: idOf("contact") });

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
      description: "To make or change whichever contact has an externalId, use `putContact`.",
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
          lastActivityAt: null,
          identities: [],
        },
      },
      tool: { name: "create_contact", destructive: false },
      handler: ({ body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentOneContact(tx, await createContact(core, tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/contacts",
      operationId: "listContacts",
      tag,
      summary: "List contacts, newest first",
      query: z.object({ ...pageQuery, ...listFilters }),
      response: pageOf(contactOut),
      examples: { response: { items: [contactExample], nextCursor: null } },
      tool: { name: "list_contacts", readOnly: true },
      handler: ({ query: { limit, cursor, ...asked }, caller }) => {
        requireIdsAlone(asked);
        return core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listContacts(tx, asked, { limit, cursor });
          const identities = await listIdentities(
            tx,
            page.items.map(({ id }) => id),
          );
          return {
            items: page.items.map((contact) => presentContact(contact, identities)),
            nextCursor: page.nextCursor,
          };
        });
      },
    }),
    route({
      scope: "write",
      method: "PUT",
      path: "/v1/contacts",
      operationId: "putContact",
      tag,
      summary: "Make or change the contact with an externalId",
      description:
        "Makes the contact (201) if none has this externalId, else changes it (200) as `updateContact` does: `attributes` are merged key by key; every other field that is named is replaced, null clears it, what is not named stays. Several at once make one contact.",
      alsoStatus: 201,
      body: putBody,
      response: contactOut,
      examples: {
        body: { externalId: "crm-4711", name: "Anna Keller", attributes: { plan: "pro" } },
        response: contactExample,
      },
      tool: { name: "put_contact", destructive: true, idempotent: true },
      handler: ({ body: { externalId, ...fields }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const origin = { caller, requestId };
          const { contact, made } = await putContact(core, tx, externalId, fields, origin);
          return new RouteResponse(await presentOneContact(tx, contact), { status: made ? 201 : 200 });
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
      tool: { name: "get_contact", readOnly: true },
      handler: ({ params: { contactId }, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const contact = requireFound(await getContact(tx, contactId), "contact");
          return presentOneContact(tx, contact);
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
      tool: { name: "update_contact", destructive: true, idempotent: true },
      handler: ({ params: { contactId }, body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentOneContact(tx, await updateContact(core, tx, contactId, body, { caller, requestId })),
        ),
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
      tool: { name: "delete_contact", destructive: true },
      handler: ({ params: { contactId }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await deleteContact(core, tx, contactId, { caller, requestId });
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
      change: (tx, id, body, origin) => optOut(core, tx, id, body.reason ?? "api", origin),
    }),
    optRoute(core, {
      verb: "opt-in",
      operationId: "optInContact",
      summary: "End a contact's opt-out",
      body: z.strictObject({}),
      change: (tx, id, _body, origin) => optIn(core, tx, id, origin),
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
    readonly change: (tx: TenantTx, id: string, body: z.output<B>, origin: Origin) => Promise<Contact>;
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
    tool: { name: `${spec.verb.replace("-", "_")}_contact`, destructive: true, idempotent: true },
    handler: ({ params: { contactId }, body, caller, requestId }) =>
      core.db.tenant(caller.workspaceId, async (tx) =>
        presentOneContact(tx, await spec.change(tx, contactId, body, { caller, requestId })),
      ),
  });
}
