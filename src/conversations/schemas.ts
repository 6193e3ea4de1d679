import { z } from "zod";
import { idOut, instantOut, text } from "../base/schemas.ts";
import { reasonOut } from "../engine/index.ts";
import {
  authorKinds,
  closedReasons,
  closerKinds,
  controllers,
  conversationStatuses,
  messagePurposes,
  messageStatuses,
  sessionKinds,
} from "./conversation.ts";
import { ruleNames, sendClasses } from "./gate/rules.ts";

/** A message of a contact or a person. */
export const messageText = text({ min: 1, max: 10_000 }).meta({ example: "Where is my order?" });

const authorOut = z.object({ kind: z.enum(authorKinds), id: z.string().nullable() });

export const conversationOut = z
  .object({
    id: idOut("conversation"),
    channelId: idOut("channel"),
    contactId: idOut("contact"),
    status: z.enum(conversationStatuses),
    controller: z
      .enum(controllers)
      .meta({ description: "Who speaks for the company; `none`: it waits for a person" }),
    controllerId: idOut("member").nullable().meta({
      description: "The member who took over; null where none did, and for a person behind an API key",
    }),
    session: z
      .object({
        kind: z.enum(sessionKinds),
        agentId: idOut("agent"),
        taskId: idOut("task").nullable(),
        executionId: idOut("execution").nullable(),
        startedAt: instantOut,
        expiresAt: instantOut,
        expiresInSeconds: z.int().meta({ description: "How long the agent goes on answering from now" }),
      })
      .nullable()
      .meta({ description: "The live session; null: only the channel's default agent answers" }),
    turn: z
      .object({ executionId: idOut("execution"), status: z.enum(["queued", "running"]) })
      .nullable()
      .meta({ description: "The reply that is queued or running" }),
    unanswered: z.boolean().meta({
      description: "Whether the contact wrote something that neither an agent nor a person took up",
    }),
    lastSeq: z.int().meta({ description: "`seq` of the newest message" }),
    lastMessage: z
      .object({
        id: idOut("message"),
        direction: z.enum(["in", "out"]),
        author: authorOut,
        text: z.string().meta({ description: "Its first 200 characters" }),
        status: z.enum(messageStatuses),
      })
      .nullable()
      .optional()
      .meta({
        description:
          "The newest message, refused and held ones among them. Only in a list with `include=lastMessage`",
      }),
    lastMessageAt: instantOut,
    lastInboundAt: instantOut.nullable(),
    closedAt: instantOut.nullable(),
    closedReason: z.enum(closedReasons).nullable(),
    closedBy: z
      .object({ kind: z.enum(closerKinds), id: z.string().nullable() })
      .nullable()
      .meta({ description: "Who closed it; null while it is open" }),
    closedNote: z.string().nullable().meta({ description: "What they said about it" }),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Conversation" });

export const messageOut = z
  .object({
    id: idOut("message"),
    conversationId: idOut("conversation"),
    seq: z.int().meta({ description: "1, 2, 3 … within the conversation" }),
    direction: z.enum(["in", "out"]),
    author: authorOut,
    text: z.string(),
    purpose: z.enum(messagePurposes),
    status: z.enum(messageStatuses).meta({
      description:
        "`held`: it waits for what is in its way, and then goes out as the newest message, with a new `seq`. `unknown`: whether it arrived cannot be said",
    }),
    reason: reasonOut.meta({ description: "What it waits for, or why it was refused, withdrawn or failed" }),
    heldUntil: instantOut
      .nullable()
      .meta({ description: "While it is held: when it is refused if it could not go out until then" }),
    executionId: idOut("execution").nullable(),
    stepSeq: z.int().nullable(),
    createdAt: instantOut,
    sentAt: instantOut.nullable().meta({ description: "When an outgoing message went out" }),
    deliveredAt: instantOut.nullable(),
  })
  .meta({ id: "Message" });

export const decisionOut = z
  .object({
    id: idOut("decision"),
    class: z.enum(sendClasses),
    allowed: z.boolean(),
    reason: reasonOut.meta({ description: "The first refusal" }),
    rules: z.array(
      z.object({
        rule: z.enum(ruleNames),
        answer: z
          .enum(["passed", "refused", "not_asked"])
          .meta({ description: "`not_asked`: the rule does not hold for this class" }),
        code: z.string().optional(),
        message: z.string().optional(),
      }),
    ),
    messageId: idOut("message").nullable(),
    executionId: idOut("execution").nullable(),
    createdAt: instantOut,
  })
  .meta({ id: "Decision" });

/** What the contact's side sees of a message. */
export const visitorMessageOut = z
  .object({
    id: idOut("message"),
    direction: z.enum(["in", "out"]).meta({ description: "`in`: the contact wrote it" }),
    author: z.object({ kind: z.enum(authorKinds) }),
    text: z.string(),
    status: z.enum(messageStatuses),
    createdAt: instantOut,
  })
  .meta({ id: "VisitorMessage" });

export const conversationExample = {
  id: "conv_01k3v8q5x8e7arf4s2m6t9c0wd",
  channelId: "chan_01k3v8q5x8e7arf4s2m6t9c0wd",
  contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
  status: "open",
  controller: "agent",
  controllerId: null,
  session: {
    kind: "task",
    agentId: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
    taskId: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
    executionId: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
    startedAt: "2027-03-01T14:00:00.000Z",
    expiresAt: "2027-03-01T15:00:00.000Z",
    expiresInSeconds: 1800,
  },
  turn: null,
  unanswered: false,
  lastSeq: 1,
  lastMessageAt: "2027-03-01T14:00:00.000Z",
  lastInboundAt: null,
  closedAt: null,
  closedReason: null,
  closedBy: null,
  closedNote: null,
  createdAt: "2027-03-01T14:00:00.000Z",
  updatedAt: "2027-03-01T14:00:00.000Z",
};

export const messageExample = {
  id: "msg_01k3v8q5x8e7arf4s2m6t9c0wd",
  conversationId: "conv_01k3v8q5x8e7arf4s2m6t9c0wd",
  seq: 1,
  direction: "out",
  author: { kind: "agent", id: "agent_01k3v8q5x8e7arf4s2m6t9c0wd" },
  text: "Good morning, Anna!",
  purpose: "service",
  status: "sent",
  reason: null,
  heldUntil: null,
  executionId: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
  stepSeq: 2,
  createdAt: "2027-03-01T14:00:00.000Z",
  sentAt: "2027-03-01T14:00:00.000Z",
  deliveredAt: null,
};

export const visitorMessageExample = {
  id: "msg_01k3v8q5x8e7arf4s2m6t9c0wd",
  direction: "in",
  author: { kind: "contact" },
  text: "Where is my order?",
  status: "delivered",
  createdAt: "2027-03-01T14:01:00.000Z",
};

export const decisionExample = {
  id: "dec_01k3v8q5x8e7arf4s2m6t9c0wd",
  class: "opening",
  allowed: false,
  reason: { code: "contact_opted_out", message: "The contact does not want messages." },
  rules: [
    { rule: "workspace_active", answer: "passed" },
    { rule: "channel_connected", answer: "passed" },
    { rule: "conversation_open", answer: "passed" },
    { rule: "may_write_first", answer: "passed" },
    {
      rule: "opt_out",
      answer: "refused",
      code: "contact_opted_out",
      message: "The contact does not want messages.",
    },
    { rule: "agent_enabled", answer: "passed" },
    { rule: "session", answer: "not_asked" },
    { rule: "controller", answer: "passed" },
    { rule: "answer_window", answer: "not_asked" },
  ],
  messageId: "msg_01k3v8q5x8e7arf4s2m6t9c0wd",
  executionId: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
  createdAt: "2027-03-01T14:00:00.000Z",
};
