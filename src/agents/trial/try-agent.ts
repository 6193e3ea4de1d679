import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { withSpan } from "../../base/tracing.ts";
import type { Core, ExecutionContext, ExecutionResult, Reason } from "../../engine/index.ts";
import { agentErrors } from "../errors.ts";
import type { AgentRun } from "../loop/agent-run.ts";
import { runAgent } from "../loop/run-agent.ts";
import { createPlayedContext, PlayStop, standInExecution } from "./played-context.ts";
import { type AgentTrial, loadTrialStart, mostModelCalls, mostSeconds } from "./start.ts";
import { createTrialSteps, type TrialStep } from "./steps.ts";

/** What the agent would have said and done. */
export interface TriedAgent {
  /** Null: it said nothing, or it carried out a task, where only `messages` reach the contact. */
  readonly reply: string | null;
  /** What its tool `send_message` would have sent, in order. */
  readonly messages: readonly string[];
  readonly steps: readonly TrialStep[];
  /** Null: it was cut off because nobody waited any more. */
  readonly outcome: string | null;
  /** Why it did not come to its own end. */
  readonly stopped: Reason | null;
  readonly costUsd: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Lets a draft of an agent answer a conversation, or carry out a task, and keeps nothing of it but the costs of its
 * model calls. What it would send or change is played; tools of the workspace are really called. Throws 422 at what it
 * refers to that the workspace does not have, and 409 `budget` if the first model call has no room.
 */
export async function tryAgent(
  core: Core,
  workspaceId: string,
  trial: AgentTrial,
  clientGone: AbortSignal,
): Promise<TriedAgent> {
  const start = await core.db.tenant(workspaceId, (tx) => loadTrialStart(core, tx, trial));
  const mode = trial.task === null ? "reply" : "task";
  const sent: string[] = [];
  const steps = createTrialSteps(core.clock);
  const stop = createStop(core.clock, clientGone);
  const { contactId } = trial;
  const ctx = createPlayedContext(core, {
    execution: standInExecution(
      { workspaceId, id: newId(), kind: mode, contactId, maxTimeSeconds: mostSeconds },
      core.clock.now(),
    ),
    signal: stop.signal,
    onStep: steps.add,
  });
  const run: AgentRun<null> = {
    mode,
    start: async () => start,
    async send(tx, { text }) {
      tx.afterCommit(() => sent.push(text));
      return { accepted: true, messageId: newId(), conversationId: newId() };
    },
    standIn: (tool) => steps.around(ctx, tool),
  };
  try {
    const ended = await runUntilStop(core, ctx, run);
    const { outcome, stopped } = "status" in ended ? judge(ended, start.limits.maxIterations) : ended;
    if (stopped?.code === "budget" && steps.list.length === 1)
      throw new AppError(agentErrors.budget, { message: stopped.message });
    const { costUsd, inputTokens, outputTokens } = ctx.usage;
    return {
      reply: mode === "reply" ? (sent.at(-1) ?? null) : null,
      messages: mode === "reply" ? [] : sent,
      steps: steps.list,
      outcome,
      stopped,
      costUsd,
      inputTokens,
      outputTokens,
    };
  } finally {
    stop.cancel();
  }
}

interface TrialEnd {
  readonly outcome: string | null;
  readonly stopped: Reason | null;
}

/** In a span of its own: the loop names the active one after the agent. */
async function runUntilStop(
  core: Core,
  ctx: ExecutionContext,
  run: AgentRun<null>,
): Promise<ExecutionResult | TrialEnd> {
  const { tracer } = core;
  const work = () => runAgent(core, ctx, run);
  try {
    if (tracer === undefined) return await work();
    return await withSpan(tracer, "try_agent", { isFailure: (error) => !ctx.isStop(error) }, work);
  } catch (error) {
    if (!(error instanceof PlayStop)) throw error;
    const { reason } = error;
    return { outcome: reason === timeOver ? "limit_reached" : null, stopped: reason };
  }
}

function judge({ status, outcome, reason }: ExecutionResult, maxIterations: number): TrialEnd {
  if (status === "completed") return { outcome, stopped: null };
  if (reason === undefined) throw new Error(`a trial ended ${status} without a reason`);
  const isOurs = reason.code === "max_iterations" && maxIterations === mostModelCalls;
  return { outcome, stopped: isOurs ? callsUsedUp : reason };
}

const callsUsedUp: Reason = {
  code: "max_iterations",
  message: `The ${mostModelCalls} model calls that a test may make were used up.`,
};

const timeOver: Reason = {
  code: "max_time",
  message: `The ${mostSeconds} s that a test may take were over.`,
};

const nobodyWaits: Reason = { code: "canceled", message: "The test was ended by whoever began it." };

/** Aborts when the time is over or the client is gone. */
function createStop(clock: Clock, clientGone: AbortSignal): { readonly signal: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  const end = (reason: Reason) => controller.abort(new PlayStop(reason));
  const leave = () => end(nobodyWaits);
  const cancelTimer = clock.after(mostSeconds * 1_000, () => end(timeOver));
  if (clientGone.aborted) leave();
  clientGone.addEventListener("abort", leave, { once: true });
  return {
    signal: controller.signal,
    cancel() {
      cancelTimer();
      clientGone.removeEventListener("abort", leave);
    },
  };
}
