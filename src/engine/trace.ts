import { toId, toIdOrNull } from "../base/ids.ts";
import { failSpan, type Span, SpanKind, type Tracer, withSpan } from "../base/tracing.ts";
import type { Execution, ExecutionResult } from "./execution.ts";
import type { Job } from "./jobs.ts";

/** How an attempt left the worker. `give back`: it is queued again; `nothing`: it is over, or waits. */
export type AttemptEnd = ExecutionResult | "give back" | "lost" | "nothing";

/** Runs one attempt in a span of its own. A kind that runs an agent renames it (see `describeAgent`). */
export async function traceAttempt(
  tracer: Tracer,
  execution: Execution,
  run: () => Promise<AttemptEnd>,
): Promise<void> {
  const conversationId = toIdOrNull("conversation", execution.conversationId);
  const taskId = toIdOrNull("task", execution.taskId);
  const attributes = {
    "errand.execution.id": toId("execution", execution.id),
    "errand.workspace.id": toId("workspace", execution.workspaceId),
    "errand.execution.kind": execution.kind,
    "errand.execution.lane": execution.lane,
    "errand.execution.trigger": execution.trigger,
    "errand.execution.attempt": execution.attempt,
    ...(taskId === null ? {} : { "errand.task.id": taskId }),
    ...(conversationId === null ? {} : { "gen_ai.conversation.id": conversationId }),
  };
  await withSpan(tracer, `execute ${execution.kind}`, { attributes }, async (span) => {
    markEnd(span, await run());
  });
}

function markEnd(span: Span, end: AttemptEnd): void {
  if (typeof end === "string") {
    span.setAttribute("errand.execution.status", end === "nothing" ? "left" : "given_back");
    return;
  }
  span.setAttribute("errand.execution.status", end.status);
  span.setAttribute("errand.execution.outcome", end.outcome);
  if (end.status === "failed") failSpan(span, end.reason?.code ?? "_OTHER");
}

/** Notes on the active span, which is a request's or an attempt's, that it queued an execution. */
export function traceQueued(tracer: Tracer, executionId: string): void {
  tracer.active()?.setAttribute("errand.queued.execution.id", toId("execution", executionId));
}

/** Runs a job's handler in a span of its own. */
export async function traceJob(
  tracer: Tracer,
  job: Job,
  run: { readonly workspaceId: string; readonly attempt: number },
  handle: () => Promise<void>,
): Promise<void> {
  const attributes = {
    "errand.job.name": job.id,
    "errand.job.attempt": run.attempt,
    "errand.workspace.id": toId("workspace", run.workspaceId),
  };
  await withSpan(tracer, `job ${job.id}`, { kind: SpanKind.CONSUMER, attributes }, handle);
}
