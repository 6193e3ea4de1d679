import { z } from "zod";
import { AppError, requireFound } from "../base/errors.ts";
import { toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { booleanInQuery, idOf, pageOf, pageQuery, searchInQuery, seqInQuery, text } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { controllers, conversationStatuses } from "./conversation.ts";
import {
  closeConversation,
  getConversation,
  handBack,
  listConversations,
  listConversationsByLastMessage,
} from "./conversations.ts";
import { conversationErrors } from "./errors.ts";
import { listDecisions, listMessages, writeAsPerson } from "./messages.ts";
import { presentConversations, presentDecision, presentMessage, presentOneConversation } from "./present.ts";
import {
  conversationExample,
  conversationOut,
  decisionExample,
  decisionOut,
  messageExample,
  messageOut,
  messageText,
} from "./schemas.ts";

const tag = "Conversations";
const params = z.object({ conversationId: idOf("conversation") });

const closedExample = {
  ...conversationExample,
  status: "closed",
  session: null,
  closedAt: "2027-03-01T14:30:00.000Z",
  closedReason: "member",
  closedBy: { kind: "member", id: "mem_01k3v8q5x8e7arf4s2m6t9c0wd" },
  closedNote: "Solved by phone",
};

/** Routes under `/v1/conversations`. */
export function conversationRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/conversations",
      operationId: "listConversations",
      tag,
      summary: "List conversations, newest first",
      query: z.object({
        ...pageQuery,
        contactId: idOf("contact").optional(),
        channelId: idOf("channel").optional(),
        status: z
          .enum(conversationStatuses)
          .optional()
          .meta({ description: "Only open ones, or only closed ones" }),
        controller: z
          .enum(controllers)
          .optional()
          .meta({ description: "Who speaks for the company; `none` finds those that wait for a person" }),
        sessionLive: booleanInQuery
          .optional()
          .meta({ description: "Only those with a live session, or only those without" }),
        taskId: idOf("task")
          .optional()
          .meta({ description: "Only those in which an agent answers, or answered, on this task's behalf" }),
        q: searchInQuery(
          "Part of the contact's name, e-mail address, phone number or externalId, in any case",
        ),
        sort: z.enum(["newest", "lastMessageAt"]).optional().meta({
          description:
            "`newest` (default), or `lastMessageAt`: the one with the latest message first. What is held or refused does not count before it has gone out. A conversation that gets a message while you go through the pages moves to the first: if you had not come to it, it is on none of those that follow. All others are there, once",
        }),
        include: z
          .enum(["lastMessage"])
          .optional()
          .meta({ description: "`lastMessage`: with the beginning of each conversation's newest message" }),
      }),
      response: pageOf(conversationOut),
      examples: { response: { items: [conversationExample], nextCursor: null } },
      tool: { name: "list_conversations", readOnly: true },
      handler: ({ query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const { limit, cursor, sort, include, ...filter } = query;
          const list = sort === "lastMessageAt" ? listConversationsByLastMessage : listConversations;
          const page = await list(tx, filter, { limit, cursor });
          const lastMessage = include === "lastMessage";
          const items = await presentConversations(tx, page.items, { lastMessage });
          return { items, nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/conversations/:conversationId",
      operationId: "getConversation",
      tag,
      summary: "Read a conversation",
      params,
      response: conversationOut,
      examples: { response: conversationExample },
      tool: { name: "get_conversation", readOnly: true },
      handler: ({ params: { conversationId }, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const conversation = requireFound(await getConversation(tx, conversationId), "conversation");
          return presentOneConversation(tx, conversation);
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/conversations/:conversationId/messages",
      operationId: "listMessages",
      tag,
      summary: "List a conversation's messages",
      description:
        "Newest first. With `after`, those beyond that `seq`, oldest first: ask again with the last `seq` you have to follow a conversation.",
      params,
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the text, in any case"),
        after: seqInQuery.optional().meta({ description: "Only messages beyond this `seq`, oldest first" }),
        executionId: idOf("execution")
          .optional()
          .meta({ description: "Only those that this execution wrote" }),
      }),
      response: pageOf(messageOut),
      examples: { response: { items: [messageExample], nextCursor: null } },
      tool: { name: "list_messages", readOnly: true },
      handler: ({ params: { conversationId }, query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listMessages(tx, conversationId, query);
          return { items: page.items.map(presentMessage), nextCursor: page.nextCursor };
        }),
    }),
    route({
      scope: "write",
      method: "POST",
      path: "/v1/conversations/:conversationId/messages",
      operationId: "sendMessage",
      tag,
      summary: "Write to the contact as a person",
      description: "Takes over the conversation: the agent stays silent until it is handed back.",
      params,
      status: 201,
      body: z.strictObject({ text: messageText }),
      response: messageOut,
      errors: [conversationErrors.conversation_closed, conversationErrors.message_refused],
      examples: { body: { text: "I am looking into it." }, response: messageExample },
      handler: async ({ params: { conversationId }, body, caller }) => {
        const memberId = caller.kind === "member" ? caller.id : null;
        const { result, message } = await core.db.tenant(caller.workspaceId, (tx) =>
          writeAsPerson(core, tx, { conversationId, memberId, text: body.text }),
        );
        // Thrown after the commit: the refused message and the decision are kept.
        if (!result.allowed)
          throw new AppError(conversationErrors.message_refused, {
            ...(result.reason === undefined ? {} : { message: result.reason.message }),
            details: {
              reason: result.reason ?? null,
              messageId: toId("message", result.messageId),
              decisionId: toId("decision", result.decisionId),
            },
          });
        return presentMessage(message);
      },
    }),
    route({
      scope: "write",
      method: "POST",
      path: "/v1/conversations/:conversationId/hand-back",
      operationId: "handBackConversation",
      tag,
      summary: "Let the agent speak again",
      description: "It answers what the contact wrote since the person's last message.",
      params,
      response: conversationOut,
      errors: [conversationErrors.conversation_closed, conversationErrors.no_agent],
      examples: { response: conversationExample },
      handler: ({ params: { conversationId }, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentOneConversation(tx, await handBack(core, tx, conversationId, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "POST",
      path: "/v1/conversations/:conversationId/close",
      operationId: "closeConversation",
      tag,
      summary: "Close a conversation",
      description:
        "Ends its session; held messages are refused. The contact's next message opens another conversation.",
      params,
      body: z.strictObject({
        note: text({ min: 1, max: 1_000 })
          .optional()
          .meta({ description: "Why, for the record", example: "Solved by phone" }),
      }),
      response: conversationOut,
      examples: { body: { note: "Solved by phone" }, response: closedExample },
      tool: { name: "close_conversation", destructive: true, idempotent: true },
      handler: ({ params: { conversationId }, body, caller, requestId }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const closing = { conversationId, reason: "member", note: body.note } as const;
          const closed = await closeConversation(core, tx, closing, { caller, requestId });
          return presentOneConversation(tx, closed);
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/conversations/:conversationId/decisions",
      operationId: "listDecisions",
      tag,
      summary: "List what the gate decided, newest first",
      description:
        "One decision per message that was to go out, with the answer of every rule; for a held message another whenever the answer changes.",
      params,
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery("Part of the reason, as its code or its sentence, in any case"),
      }),
      response: pageOf(decisionOut),
      examples: { response: { items: [decisionExample], nextCursor: null } },
      tool: { name: "list_gate_decisions", readOnly: true },
      handler: ({ params: { conversationId }, query, caller }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const page = await listDecisions(tx, conversationId, query);
          return { items: page.items.map(presentDecision), nextCursor: page.nextCursor };
        }),
    }),
  ];
}
