import { z } from "zod";
import { toId } from "../base/ids.ts";
import { customRoute, publicRoute, type Route, type RouteAccess } from "../base/route.ts";
import { externalId, idOf, idOut, pageQuery, text } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { conversationErrors } from "./errors.ts";
import { presentVisitorMessage } from "./present.ts";
import { receiveMessage } from "./receive.ts";
import { messageText, visitorMessageExample, visitorMessageOut } from "./schemas.ts";
import { decodeScroll, encodeScroll, scrollStart } from "./scroll-cursor.ts";
import type { Visitor } from "./visitor-store.ts";
import {
  authenticateVisitor,
  createVisitor,
  createVisitorLimit,
  fetchMessages,
  type VisitorLimit,
} from "./visitors.ts";

const tag = "Web channel";

const identity = z.strictObject({
  externalId,
  email: z.email().max(320).optional().meta({ example: "anna@example.com" }),
  name: text({ min: 1, max: 200 }).optional().meta({ example: "Anna Keller" }),
  hash: z.string().max(200).meta({
    description: "Hex HMAC-SHA256 of the externalId under the channel's secret, made by your server",
    example: "a588b070a8d984b862720f2d1aec3213434c190704cec23eeb32afcbe36a9d4b",
  }),
});

/** The contact's side of web channels: routes for browsers and programs that speak as a contact. */
export function webRoutes(core: Core, limit: VisitorLimit = createVisitorLimit(core)): readonly Route[] {
  const visitorAccess: RouteAccess<Visitor> = {
    kind: "custom",
    scheme: "visitorToken",
    authenticate: (credentials) => authenticateVisitor(core, credentials),
  };
  return [
    publicRoute({
      method: "POST",
      path: "/web/v1/channels/:channelId/visitors",
      operationId: "createVisitor",
      tag,
      summary: "Begin to speak as a contact",
      description:
        "Anonymous (an empty object), or with an identity that your server has proved. Name and e-mail of an identity fill only what the contact does not have yet.",
      params: z.object({ channelId: idOf("channel") }),
      status: 201,
      body: z.strictObject({ identity: identity.optional() }),
      response: z.object({
        token: z.string().meta({ description: "Goes into `Authorization: Bearer …`; shown once" }),
        contactId: idOut("contact"),
      }),
      errors: [conversationErrors.channel_disabled, conversationErrors.too_many_visitors],
      examples: {
        body: {},
        response: {
          token: "vis_3Yw0m5n8QZ0J3rGk7c1V9bT2xK4sD6fH8pL0aE5uI1o",
          contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
        },
      },
      handler: async ({ params: { channelId }, body, ip }) => {
        await limit.count(body.identity === undefined ? "anonymous" : "verified", ip);
        const visitor = await createVisitor(core, channelId, body.identity).catch(async (error) => {
          if (body.identity !== undefined) await limit.count("anonymous", ip);
          throw error;
        });
        return { token: visitor.token, contactId: toId("contact", visitor.contactId) };
      },
    }),
    customRoute({
      access: visitorAccess,
      method: "GET",
      path: "/web/v1/messages",
      operationId: "fetchVisitorMessages",
      tag,
      summary: "Fetch messages, oldest first",
      description:
        "All conversations of the contact on this channel as one scroll. `nextCursor` is where the answer ends: ask again with it as `after` for what came since. Messages that are answered count as delivered.",
      query: z.object({
        after: z.string().max(100).optional().meta({ description: "`nextCursor` of an earlier answer" }),
        limit: pageQuery.limit,
      }),
      response: z.object({
        items: z.array(visitorMessageOut),
        nextCursor: z.string().nullable().meta({ description: "Null only while nothing was ever written" }),
      }),
      errors: [conversationErrors.visitor_token_invalid],
      examples: { response: { items: [visitorMessageExample], nextCursor: "MS4x" } },
      handler: ({ query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const after = query.after === undefined ? scrollStart : decodeScroll(query.after);
          const { messages, end } = await fetchMessages(core, tx, caller, { after, limit: query.limit });
          const nothingYet = messages.length === 0 && query.after === undefined;
          return {
            items: messages.map(presentVisitorMessage),
            nextCursor: nothingYet ? null : encodeScroll(end),
          };
        }),
    }),
    customRoute({
      access: visitorAccess,
      method: "POST",
      path: "/web/v1/messages",
      operationId: "writeVisitorMessage",
      tag,
      summary: "Write as the contact",
      description:
        "The same `clientMessageId` again is the same message and gets the same answer, so a request whose answer was lost can be repeated.",
      status: 201,
      body: z.strictObject({
        clientMessageId: text({ min: 1, max: 200 }).meta({
          description: "Chosen by the client, one per message",
          example: "0b2f8f2e-6c51-4f0e-9d3b-0a4f5a1c7e11",
        }),
        text: messageText,
      }),
      response: visitorMessageOut,
      errors: [conversationErrors.visitor_token_invalid, conversationErrors.channel_disabled],
      examples: {
        body: { clientMessageId: "0b2f8f2e-6c51-4f0e-9d3b-0a4f5a1c7e11", text: "Where is my order?" },
        response: visitorMessageExample,
      },
      handler: ({ body, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { channelId, contactId } = caller;
          return presentVisitorMessage(await receiveMessage(core, tx, { ...body, channelId, contactId }));
        }),
    }),
  ];
}
