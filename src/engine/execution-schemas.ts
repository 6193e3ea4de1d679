import { z } from "zod";
import { type IdKind, toId, toIdOrNull } from "../base/ids.ts";
import { idOut, instant, instantOut } from "../base/schemas.ts";
import type { Execution, Step } from "./execution.ts";

export const executionStatuses = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "canceled",
  "skipped",
] as const satisfies readonly Execution["status"][];

export const executionTriggers = [
  "schedule",
  "manual",
  "api",
  "catch_up",
  "replay",
  "agent",
  "workflow",
] as const satisfies readonly Execution["trigger"][];

export const outcomes = [
  "goal_met",
  "message_sent",
  "no_action_needed",
  "handed_over",
  "blocked",
  "delivery_failed",
  "limit_reached",
  "none",
] as const satisfies readonly NonNullable<Execution["outcome"]>[];

export const reasonOut = z
  .object({ code: z.string(), message: z.string() })
  .meta({ id: "Reason" })
  .nullable()
  .meta({ description: "Why it is as it is; null where nothing needs a reason" });

export const executionOut = z
  .object({
    id: idOut("execution"),
    kind: z.string().meta({ description: "task, reply, outreach or simulation" }),
    taskId: idOut("task").nullable(),
    agentId: idOut("agent").nullable(),
    contactId: idOut("contact").nullable(),
    conversationIds: z
      .array(idOut("conversation"))
      .meta({ description: "Where it wrote or was to write; the latest last" }),
    trigger: z.enum(executionTriggers),
    replayOf: idOut("execution").nullable().meta({ description: "The execution that this one repeats" }),
    status: z.enum(executionStatuses).meta({ description: "Where the machinery is" }),
    waitingFor: z.enum(["approval", "human", "time"]).nullable().meta({
      description: "Null also while it waits for an earlier execution of its task: see `reason`",
    }),
    outcome: z
      .enum(outcomes)
      .nullable()
      .meta({
        description:
          "What came of it; null until it has ended. While its messages are held it is `none` with the reason " +
          "`message_held`, and changes with what becomes of them",
      }),
    reason: reasonOut,
    summary: z.string().nullable(),
    scheduledFor: instantOut.nullable(),
    queuedAt: instantOut,
    startedAt: instantOut.nullable(),
    completedAt: instantOut.nullable(),
    iterations: z.int(),
    toolCalls: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    costUsd: z.string().meta({ description: "US dollars" }),
    maxTimeSeconds: z.int().meta({
      description: "How long it may run, waiting not counted: the limit that held when it was queued",
    }),
    attempt: z.int().meta({ description: "Counts how often a worker has taken it up" }),
    missedCount: z.int().nullable().meta({ description: "For a stretch of missed ticks: how many" }),
    firstAt: instantOut.nullable(),
    lastAt: instantOut.nullable(),
  })
  .meta({ id: "Execution" });

export function presentExecution(execution: Execution): z.input<typeof executionOut> {
  const { conversationId, otherConversationIds, reasonCode, reasonMessage } = execution;
  const conversationIds = [...otherConversationIds, ...(conversationId === null ? [] : [conversationId])];
  return {
    id: toId("execution", execution.id),
    kind: execution.kind,
    taskId: toIdOrNull("task", execution.taskId),
    agentId: toIdOrNull("agent", execution.agentId),
    contactId: toIdOrNull("contact", execution.contactId),
    conversationIds: conversationIds.map((id) => toId("conversation", id)),
    trigger: execution.trigger,
    replayOf: toIdOrNull("execution", execution.replayOf),
    status: execution.status,
    waitingFor: execution.waitingFor,
    outcome: execution.outcome,
    reason: reasonCode === null ? null : { code: reasonCode, message: reasonMessage ?? "" },
    summary: execution.summary,
    scheduledFor: instant(execution.scheduledFor),
    queuedAt: instant(execution.queuedAt),
    startedAt: instant(execution.startedAt),
    completedAt: instant(execution.completedAt),
    iterations: execution.iterations,
    toolCalls: execution.toolCalls,
    inputTokens: execution.inputTokens,
    outputTokens: execution.outputTokens,
    costUsd: plainDecimal(execution.costUsd),
    maxTimeSeconds: execution.maxTimeSeconds,
    attempt: execution.attempt,
    missedCount: execution.missedCount,
    firstAt: instant(execution.missedFirstAt),
    lastAt: instant(execution.missedLastAt),
  };
}

/** `0.001200` as `0.0012`, `0.000000` as `0`. */
function plainDecimal(numeric: string): string {
  return numeric.includes(".") ? numeric.replace(/\.?0+$/, "") : numeric;
}

export const stepOut = z
  .object({
    seq: z.int(),
    kind: z.enum(["model", "tool_intent", "tool_result", "message", "wait", "checkpoint", "note"]),
    name: z.string(),
    attempt: z.int(),
    input: z.unknown(),
    output: z.unknown(),
    error: reasonOut,
    late: z.unknown().meta({ description: "A tool's result that came after the execution had ended" }),
    inputTokens: z.int().nullable(),
    outputTokens: z.int().nullable(),
    costUsd: z.string().nullable(),
    startedAt: instantOut,
    endedAt: instantOut,
  })
  .meta({ id: "Step" });

/** Ids inside steps are stored as UUIDs, for the code that resumes; people get the ids that the API takes. */
const idFields: Readonly<Record<string, IdKind>> = {
  agentId: "agent",
  channelId: "channel",
  contactId: "contact",
  conversationId: "conversation",
  decisionId: "decision",
  executionId: "execution",
  messageId: "message",
  modelProviderId: "modelProvider",
  taskId: "task",
};
const idListFields: Readonly<Record<string, IdKind>> = { knowledgeIds: "knowledge", toolIds: "tool" };
const ownIdOf: Readonly<Record<string, IdKind>> = {
  agent: "agent",
  channel: "channel",
  contact: "contact",
  task: "task",
  tools: "tool",
};
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A journal value with its UUIDs shown as ids. `owner` is the key that holds the value, or the list it is in. */
function presentJson(value: unknown, owner = ""): unknown {
  if (Array.isArray(value))
    return value.map((item) => presentId(item, idListFields[owner]) ?? presentJson(item, owner));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const kind = key === "id" ? ownIdOf[owner] : idFields[key];
      return [key, presentId(item, kind) ?? presentJson(item, key)];
    }),
  );
}

function presentId(value: unknown, kind: IdKind | undefined): string | undefined {
  return kind !== undefined && typeof value === "string" && uuid.test(value) ? toId(kind, value) : undefined;
}

export function presentStep(step: Step): z.input<typeof stepOut> {
  const { payload } = step;
  return {
    seq: step.seq,
    kind: step.kind,
    name: step.name,
    attempt: step.attempt,
    input: presentJson(payload.input ?? null),
    output: presentJson(payload.output ?? null),
    error: payload.error ?? null,
    late: presentJson(step.late ?? null),
    inputTokens: payload.inputTokens ?? null,
    outputTokens: payload.outputTokens ?? null,
    costUsd: payload.costUsd === undefined ? null : plainDecimal(payload.costUsd),
    startedAt: instant(step.startedAt),
    endedAt: instant(step.endedAt),
  };
}

const time = "2027-03-01T09:00:00.000Z";

/** The same execution in every example of the reference. */
export const exampleExecution: z.input<typeof executionOut> = {
  id: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
  kind: "task",
  taskId: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
  agentId: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
  conversationIds: ["conv_01k3v8q5x8e7arf4s2m6t9c0wd"],
  trigger: "schedule",
  replayOf: null,
  status: "completed",
  waitingFor: null,
  outcome: "message_sent",
  reason: null,
  summary: "Asked Anna how the first week went.",
  scheduledFor: time,
  queuedAt: time,
  startedAt: time,
  completedAt: time,
  iterations: 2,
  toolCalls: 2,
  inputTokens: 812,
  outputTokens: 64,
  costUsd: "0.0012",
  maxTimeSeconds: 900,
  attempt: 1,
  missedCount: null,
  firstAt: null,
  lastAt: null,
};
