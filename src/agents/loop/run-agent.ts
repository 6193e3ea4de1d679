import type { Core, ExecutionContext, ExecutionResult, Reason } from "../../engine/index.ts";
import { traceAgent, traceTools } from "../observe.ts";
import type { AgentRun } from "./agent-run.ts";
import { findReplyFault } from "./answer-fault.ts";
import { beginRun, listTools } from "./begin.ts";
import type { ToolScope } from "./built-in-tools.ts";
import { type AnswerWork, carryOut, endTurn, isForContact } from "./carry-out.ts";
import { compactTurns } from "./compact.ts";
import { endAtLimit, failed } from "./ends.ts";
import { describeReachedLimit, findNearLimits, findReachedLimit } from "./limits.ts";
import { callModel } from "./model-step.ts";
import {
  foldAnswer,
  foldComplaint,
  foldResults,
  isCheckpointDue,
  type LoopState,
  listMessages,
  resetStretch,
} from "./state.ts";
import { describeTool } from "./tool.ts";

/** So many answers in a row may hold a call that cannot be carried out; one more ends the execution. */
const faultyAnswersAllowed = 3;

/**
 * Runs an agent until it finishes, ends a turn without tool calls, reaches a limit or fails. Everything goes through
 * the journal, so a later attempt arrives at the same point. Throws only what ends the attempt.
 */
export async function runAgent<D>(
  core: Core,
  ctx: ExecutionContext,
  run: AgentRun<D>,
): Promise<ExecutionResult> {
  const begun = await beginRun(core, ctx, run);
  if ("end" in begun) return begun.end;
  let { state, known } = begun;
  const { start } = state;
  const scope: ToolScope<D> = { core, ctx, run, start };
  const { tracer } = core;
  if (tracer !== undefined) traceAgent(tracer, start.agent);
  const plainTools = listTools(core, scope);
  const tools = tracer === undefined ? plainTools : traceTools(tracer, ctx, plainTools);
  const described = tools.map(describeTool);
  for (;;) {
    state = await tidy(core, ctx, state);
    const limit = findReachedLimit(ctx.usage, start.limits);
    if (limit !== undefined) return endAtLimit(describeReachedLimit(limit, start.limits), state.tally);
    const before = state;
    const prepare = () => {
      const near = findNearLimits(ctx.usage, start.limits, ctx.timeUsed());
      const nearLimits = [...new Set([...before.nearLimits, ...near])];
      return { messages: listMessages(before, nearLimits), tools: described, nearLimits };
    };
    // What is read from the journal now was shown, if at all, by an earlier attempt.
    const preview = ctx.isReplay ? undefined : run.preview?.(start, { stepSeq: ctx.nextSeq });
    const answer = await callModel(core, ctx, start, prepare, preview, known);
    known = undefined;
    if ("failed" in answer) {
      const { failed: reason } = answer;
      return reason.code === "budget" ? endAtLimit(reason, state.tally) : failed(reason, state.tally);
    }
    const taken = await takeAnswer({ scope, tools, answer, preview }, foldAnswer(state, answer));
    if ("end" in taken) return taken.end;
    state = taken.state;
  }
}

/** Carries an answer out, and answers the state after it unless the run ends with it. */
async function takeAnswer<D>(
  work: AnswerWork<D>,
  state: LoopState<D>,
): Promise<{ readonly state: LoopState<D> } | { readonly end: ExecutionResult }> {
  const { scope, answer, preview } = work;
  const isMessage = isForContact(scope.run.mode, answer);
  const fault = isMessage ? findReplyFault(answer, state.cutAnswers) : undefined;
  if (!isMessage || fault !== undefined) preview?.discard();
  else preview?.complete();
  if (fault !== undefined) {
    const { reason, complaint } = fault;
    if (complaint === undefined) return { end: failed(reason, state.tally) };
    return nextState(foldComplaint(state, answer.toolCalls, complaint), reason);
  }
  if (answer.toolCalls.length === 0) return { end: await endTurn(work, state.tally) };
  const carried = await carryOut(work, state);
  if (carried.end !== undefined) return { end: carried.end };
  return nextState(foldResults(state, answer.toolCalls, carried.calls), invalidToolCalls);
}

/** The run goes on, unless too many answers in a row were at fault. */
function nextState<D>(
  state: LoopState<D>,
  fault: Reason,
): { readonly state: LoopState<D> } | { readonly end: ExecutionResult } {
  if (state.faultyAnswers > faultyAnswersAllowed) return { end: failed(fault, state.tally) };
  return { state };
}

/** Makes room in the model's context where it is needed, and writes a checkpoint when one is due. */
async function tidy<D>(core: Core, ctx: ExecutionContext, state: LoopState<D>): Promise<LoopState<D>> {
  // No model is paid to sum up work that ends here.
  if (findReachedLimit(ctx.usage, state.start.limits) !== undefined) return state;
  const compacted = await compactTurns(core, ctx, state);
  if (!isCheckpointDue(compacted)) return compacted;
  const tidied = resetStretch(compacted);
  await ctx.checkpoint(tidied);
  return tidied;
}

const invalidToolCalls: Reason = {
  code: "invalid_tool_calls",
  message: `More than ${faultyAnswersAllowed} answers in a row held tool calls that could not be carried out.`,
};
