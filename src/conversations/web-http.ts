import { z } from "zod";
import { headerOf } from "../base/credentials.ts";
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
import { describeChannel } from "./web/channel-info.ts";
import { visitorEventOut } from "./web/events.ts";
import { createVisitorHub, type VisitorHub } from "./web/live-hub.ts";
import { streamVisitor } from "./web/visitor-stream.ts";

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

const after = z.string().max(100).optional();

/** The contact's side of web channels: routes for browsers and programs that speak as a contact. */
export function webRoutes(
  core: Core,
  limit: VisitorLimit = createVisitorLimit(core),
  hub: VisitorHub = createVisitorHub(core),
): readonly Route[] {
  const access: RouteAccess<Visitor> = {
    kind: "custom",
    scheme: "visitorToken",
    authenticate: (credentials) => authenticateVisitor(core, credentials),
  };
  return [
    channelRoute(core),
    createRoute(core, limit),
    fetchRoute(core, access),
    writeRoute(core, access),
    eventsRoute(core, access, hub),
  ];
}

function channelRoute(core: Core): Route {
  return publicRoute({
    method: "GET",
    path: "/web/v1/channels/:channelId",
    operationId: "describeWebChannel",
    tag,
    summary: "What a chat shows before anybody writes",
    params: z.object({ channelId: idOf("channel") }),
    response: z.object({
      id: idOut("channel"),
      name: z.string(),
      agentName: z
        .string()
        .nullable()
        .meta({ description: "Of the channel's default agent; null if it has none" }),
      available: z
        .boolean()
        .meta({ description: "False while the channel is disabled: it takes no messages" }),
    }),
    examples: {
      response: {
        id: "chan_01k3v8q5x8e7arf4s2m6t9c0wd",
        name: "Website",
        agentName: "Mia",
        available: true,
      },
    },
    handler: async ({ params: { channelId } }) => ({
      id: toId("channel", channelId),
      ...(await describeChannel(core, channelId)),
    }),
  });
}

function createRoute(core: Core, limit: VisitorLimit): Route {
  return publicRoute({
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
  });
}

function fetchRoute(core: Core, access: RouteAccess<Visitor>): Route {
  return customRoute({
    access,
    method: "GET",
    path: "/web/v1/messages",
    operationId: "fetchVisitorMessages",
    tag,
    summary: "Fetch messages, oldest first",
    description:
      "All conversations of the contact on this channel as one scroll. `nextCursor` is where the answer ends: ask again with it as `after` for what came since. Messages that are answered count as delivered.",
    query: z.object({
      after: after.meta({ description: "`nextCursor` of an earlier answer" }),
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
        const place = query.after === undefined ? scrollStart : decodeScroll(query.after);
        const { items, end } = await fetchMessages(tx, caller, { after: place, limit: query.limit });
        const nothingYet = items.length === 0 && query.after === undefined;
        return {
          items: items.map(({ message }) => presentVisitorMessage(message)),
          nextCursor: nothingYet ? null : encodeScroll(end),
        };
      }),
  });
}

function writeRoute(core: Core, access: RouteAccess<Visitor>): Route {
  return customRoute({
    access,
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
  });
}

function eventsRoute(core: Core, access: RouteAccess<Visitor>, hub: VisitorHub): Route {
  return customRoute({
    access,
    method: "GET",
    path: "/web/v1/events",
    operationId: "streamVisitorEvents",
    tag,
    summary: "Follow the conversation live",
    description: `Server-sent events, first the messages that were missed: those after \`Last-Event-ID\`, else after \`after\`, else all.

- \`message.created {message}\`: both sides' messages, in the order of the scroll; its id is the cursor to go on from. What is sent counts as delivered.
- \`message.updated {messageId, status}\`
- \`message.delta {messageId, offset, text}\`: an answer while it is being written. Drop a piece whose \`offset\` is not where yours ends; \`message.created\` with the same id takes the place of all of them.
- \`message.retracted {messageId}\`: the answer that was being written is void.
- \`typing {on}\`: whether an agent is answering; sent once when nothing is missed any more.
- \`reset {}\`: the place to go on from is not known; forget what you show, everything follows.

The stream ends when the token is not valid any more or the channel is disabled, and now and then to be opened again. Browsers' \`EventSource\` cannot send the token: read the answer of \`fetch\`.`,
    query: z.object({
      after: after.meta({ description: "The id of the last event, or `nextCursor` of fetched messages" }),
    }),
    response: visitorEventOut,
    errors: [
      conversationErrors.visitor_token_invalid,
      conversationErrors.channel_disabled,
      conversationErrors.too_many_streams,
    ],
    stream: ({ caller, query, headers, signal }) =>
      streamVisitor(core, hub, {
        visitor: caller,
        after: headerOf(headers, "last-event-id") ?? query.after,
        signal,
      }),
  });
}
