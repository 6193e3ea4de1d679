import { z } from "zod";
import { requireFound } from "../base/errors.ts";
import { type LiveEvent, type Route, route } from "../base/route.ts";
import { idOf, pageOf, pageQuery, searchInQuery, seqInQuery } from "../base/schemas.ts";
import { withdrawHeldMessages } from "../conversations/index.ts";
import {
  type Core,
  cancelExecutions,
  type Execution,
  exampleExecution,
  executionOut,
  executionStatuses,
  executionTriggers,
  getExecution,
  listExecutions,
  listSteps,
  outcomes,
  presentExecution,
  presentStep,
  readLastSeq,
  stepOut,
  watch,
} from "../engine/index.ts";
import { nameCaller, recordChange } from "../workspaces/index.ts";
import { replayRoute } from "./replay/http.ts";
import { instantIn } from "./schemas.ts";

const tag = "Executions";
const byId = z.object({ executionId: idOf("execution") });
const stepsPerRead = 100;
const ended = new Set<Execution["status"]>(["completed", "failed", "canceled", "skipped"]);

const exampleStep = {
  seq: 1,
  kind: "model",
  name: "gpt-4.1-mini",
  attempt: 1,
  input: { messages: 2, tools: ["send_message", "finish", "wait", "remember"], nearLimits: [] },
  output: {
    text: "",
    toolCalls: [{ id: "call_1", name: "send_message", input: { text: "Good morning, Anna!" } }],
    finishReason: "tool_calls",
    model: "gpt-4.1-mini",
    nearLimits: [],
    costUsd: "0.000226",
    priceKnown: true,
  },
  error: null,
  late: null,
  inputTokens: 412,
  outputTokens: 38,
  costUsd: "0.000226",
  startedAt: "2027-03-01T08:00:00.310Z",
  endedAt: "2027-03-01T08:00:01.902Z",
};

/** `/v1/executions`: what agents did, step by step. */
export function executionRoutes(core: Core): readonly Route[] {
  return [
    listRoute(core),
    getRoute(core),
    stepsRoute(core),
    eventsRoute(core),
    cancelRoute(core),
    replayRoute(core),
  ];
}

async function load(core: Core, workspaceId: string, id: string): Promise<Execution> {
  const execution = requireFound(
    await core.db.tenant(workspaceId, (tx) => getExecution(tx, id)),
    "execution",
  );
  return execution;
}

function listRoute(core: Core): Route {
  return route({
    method: "GET",
    path: "/v1/executions",
    operationId: "listExecutions",
    tool: { name: "list_executions", readOnly: true },
    tag,
    summary: "List executions",
    description: "Newest first. Skipped ticks are executions too, with the reason why nothing ran.",
    scope: "read",
    query: z.strictObject({
      ...pageQuery,
      q: searchInQuery(
        "Part of the task's name or description, or of the contact's name, e-mail address, phone number or externalId, in any case",
      ),
      taskId: idOf("task").optional(),
      agentId: idOf("agent").optional(),
      contactId: idOf("contact").optional(),
      conversationId: idOf("conversation").optional(),
      kind: z
        .enum(["task", "reply"])
        .optional()
        .meta({ description: "Only runs of tasks, or only replies to contacts" }),
      status: z.enum(executionStatuses).optional().meta({ description: "Where the work is" }),
      trigger: z.enum(executionTriggers).optional().meta({ description: "What it was begun by" }),
      outcome: z.enum(outcomes).optional().meta({ description: "What came of it" }),
      from: instantIn.optional().meta({ description: "Only those queued at this instant or later" }),
      to: instantIn.optional().meta({ description: "Only those queued before this instant" }),
    }),
    response: pageOf(executionOut),
    examples: { response: { items: [exampleExecution], nextCursor: null } },
    async handler({ query, caller }) {
      const { limit, cursor, status, ...filter } = query;
      const statuses = status === undefined ? undefined : [status];
      const page = await core.db.tenant(caller.workspaceId, (tx) =>
        listExecutions(tx, { ...filter, status: statuses }, { limit, cursor }),
      );
      return { items: page.items.map(presentExecution), nextCursor: page.nextCursor };
    },
  });
}

function getRoute(core: Core): Route {
  return route({
    method: "GET",
    path: "/v1/executions/:executionId",
    operationId: "getExecution",
    tool: { name: "get_execution", readOnly: true },
    tag,
    summary: "Get an execution",
    scope: "read",
    params: byId,
    response: executionOut,
    examples: { response: exampleExecution },
    handler: async ({ params, caller }) =>
      presentExecution(await load(core, caller.workspaceId, params.executionId)),
  });
}

function stepsRoute(core: Core): Route {
  return route({
    method: "GET",
    path: "/v1/executions/:executionId/steps",
    operationId: "listExecutionSteps",
    tool: { name: "list_execution_steps", readOnly: true },
    tag,
    summary: "List an execution's steps",
    description: "Oldest first. This is the journal that a crashed execution resumes from.",
    scope: "read",
    params: byId,
    query: z.strictObject({
      limit: pageQuery.limit,
      after: seqInQuery.prefault(0).meta({ description: "The `seq` after which to begin" }),
    }),
    response: z.object({
      items: z.array(stepOut),
      nextAfter: z.int().nullable(),
      lastSeq: z
        .int()
        .meta({ description: "The newest step's `seq`, whatever this page holds; 0 without any" }),
    }),
    examples: { response: { items: [exampleStep], nextAfter: null, lastSeq: 1 } },
    async handler({ params, query, caller }) {
      const execution = await load(core, caller.workspaceId, params.executionId);
      const { after, limit } = query;
      const [steps, lastSeq] = await core.db.tenant(caller.workspaceId, (tx) =>
        Promise.all([
          listSteps(tx, execution.id, { after, limit: limit + 1 }),
          readLastSeq(tx, execution.id),
        ]),
      );
      const items = steps.slice(0, limit);
      return {
        items: items.map(presentStep),
        nextAfter: steps.length > limit ? (items.at(-1)?.seq ?? null) : null,
        lastSeq,
      };
    },
  });
}

function eventsRoute(core: Core): Route {
  return route({
    method: "GET",
    path: "/v1/executions/:executionId/events",
    operationId: "streamExecutionEvents",
    tag,
    summary: "Follow an execution live",
    description:
      "Server-sent events: `step` for each step (its id is the step's `seq`), `execution` whenever the execution itself changed. Ends when the execution has ended. Resumes after `Last-Event-ID`.",
    scope: "read",
    params: byId,
    response: z.union([stepOut, executionOut]),
    stream: ({ params, caller, headers, signal }) =>
      follow(core, {
        workspaceId: caller.workspaceId,
        executionId: params.executionId,
        after: seqOf(headers["last-event-id"]),
        signal,
      }),
  });
}

function seqOf(lastEventId: string | readonly string[] | undefined): number {
  return seqInQuery.safeParse(lastEventId).data ?? 0;
}

interface Following {
  readonly workspaceId: string;
  readonly executionId: string;
  readonly after: number;
  readonly signal: AbortSignal;
}

async function* follow(
  core: Core,
  { workspaceId, executionId, after, signal }: Following,
): AsyncGenerator<LiveEvent> {
  let last = after;
  let shown = "";
  for await (const _ of watch(core, { workspaceId, kind: "execution", id: executionId }, signal)) {
    // Before the steps: once it has ended no step follows, so nothing is missed after the last read.
    const execution = await load(core, workspaceId, executionId);
    for (;;) {
      const steps = await core.db.tenant(workspaceId, (tx) =>
        listSteps(tx, executionId, { after: last, limit: stepsPerRead }),
      );
      for (const step of steps) yield { id: String(step.seq), event: "step", data: presentStep(step) };
      last = steps.at(-1)?.seq ?? last;
      if (steps.length < stepsPerRead) break;
    }
    const data = presentExecution(execution);
    const state = JSON.stringify(data);
    if (state !== shown) yield { event: "execution", data };
    shown = state;
    if (ended.has(execution.status)) return;
  }
}

function cancelRoute(core: Core): Route {
  return route({
    method: "POST",
    path: "/v1/executions/:executionId/cancel",
    operationId: "cancelExecution",
    tool: { name: "cancel_execution", destructive: true, idempotent: true },
    tag,
    summary: "Cancel an execution",
    description:
      "Stops it within two seconds, a model call in flight included, and withdraws its messages that are held. One that has ended stays as it is.",
    scope: "write",
    status: 200,
    params: byId,
    response: executionOut,
    examples: { response: { ...exampleExecution, status: "canceled", outcome: "none" } },
    async handler({ params, caller, requestId }) {
      const { executionId } = params;
      const execution = await core.db.tenant(caller.workspaceId, async (tx) => {
        const found = requireFound(await getExecution(tx, executionId), "execution");
        if (ended.has(found.status)) return found;
        const reason = { code: "canceled", message: `Cancelled by ${await nameCaller(tx, caller)}.` };
        // What it wrote and is held would go out after its end. Conversations are locked before executions.
        await withdrawHeldMessages(core, tx, { executionId }, reason);
        const canceled = await cancelExecutions(core, tx, { ids: [executionId] }, reason);
        if (canceled.length > 0) {
          // It may have had another one held meanwhile.
          await withdrawHeldMessages(core, tx, { executionId }, reason);
          const target = { kind: "execution", id: executionId };
          await recordChange(tx, { caller, requestId, action: "execution.cancel", target, changes: {} });
        }
        return requireFound(await getExecution(tx, executionId), "execution");
      });
      return presentExecution(execution);
    },
  });
}
