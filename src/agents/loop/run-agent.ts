import type { Core, ExecutionContext, ExecutionResult, Reason } from "../../engine/index.ts";
import type { ModelToolCall } from "../models/index.ts";
import { traceAgent, traceTools } from "../observe.ts";
import type { AgentRun, AgentStart } from "./agent-run.ts";
import { builtInTools, sendText, type ToolScope } from "./built-in-tools.ts";
import { describeReachedLimit, findNearLimits, findReachedLimit } from "./limits.ts";
import { callModel, type ModelStepOutput } from "./model-step.ts";
import { type ClaimedOutcome, judgeOutcome, shortenSummary, type Tally } from "./outcome.ts";
import {
  addToTally,
  beginState,
  type CallResult,
  foldAnswer,
  foldResults,
  isCheckpointDue,
  isTooLong,
  type LoopState,
  listMessages,
  resetStretch,
  restoreState,
  shorten,
} from "./state.ts";
import { type AgentTool, checkCall, describeTool, type ToolOutcome } from "./tool.ts";

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
  const begun = await begin(ctx, run);
  if ("end" in begun) return begun.end;
  let state = begun;
  const { start } = state;
  const scope: ToolScope<D> = { ctx, run, start };
  const { tracer } = core;
  if (tracer !== undefined) traceAgent(tracer, start.agent);
  const plainTools = builtInTools(scope);
  const tools = tracer === undefined ? plainTools : traceTools(tracer, ctx, plainTools);
  const described = tools.map(describeTool);
  for (;;) {
    const limit = findReachedLimit(ctx.usage, start.limits);
    if (limit !== undefined) return endAtLimit(describeReachedLimit(limit, start.limits), state.tally);
    state = await tidy(ctx, state);
    const before = state;
    const answer = await callModel(core, ctx, start, () => {
      const near = findNearLimits(ctx.usage, start.limits, ctx.timeUsed());
      const nearLimits = [...new Set([...before.nearLimits, ...near])];
      return { messages: listMessages(before, nearLimits), tools: described, nearLimits };
    });
    if ("failed" in answer) return failed(answer.failed, state.tally);
    state = foldAnswer(state, answer);
    if (answer.toolCalls.length === 0) return await endTurn(scope, state.tally, answer);
    const carried = await carryOut(scope, tools, answer, state.tally);
    if (carried.end !== undefined) return carried.end;
    state = foldResults(state, carried.calls);
    if (state.faultyAnswers > faultyAnswersAllowed) return failed(invalidToolCalls, state.tally);
  }
}

async function begin<D>(
  ctx: ExecutionContext,
  run: AgentRun<D>,
): Promise<LoopState<D> | { readonly end: ExecutionResult }> {
  const restored = restoreState<D>(ctx.restored);
  if (restored !== undefined) return restored;
  const start = await ctx.transact<AgentStart<D> | { readonly end: ExecutionResult }>(
    "note",
    "start",
    async (tx) => ({ output: await run.start(tx) }),
  );
  return "end" in start ? start : beginState(start);
}

/** Shortens what has become too long and writes a checkpoint when one is due. */
async function tidy<D>(ctx: ExecutionContext, state: LoopState<D>): Promise<LoopState<D>> {
  let tidied = state;
  if (isTooLong(tidied)) {
    tidied = shorten(tidied);
    await ctx.note("context_shortened", { leftOut: tidied.dropped, kept: tidied.turns.length });
  }
  if (!isCheckpointDue(tidied)) return tidied;
  tidied = resetStretch(tidied);
  await ctx.checkpoint(tidied);
  return tidied;
}

type Answer = Exclude<ModelStepOutput, { readonly failed: Reason }>;

interface CarriedOut {
  readonly calls: readonly CallResult[];
  readonly end?: ExecutionResult;
}

/** Carries out an answer's calls one after the other, until one finishes the run or a limit is reached. */
async function carryOut<D>(
  scope: ToolScope<D>,
  tools: readonly AgentTool[],
  answer: Answer,
  tallyBefore: Tally,
): Promise<CarriedOut> {
  const { ctx, run, start } = scope;
  // In a reply the text beside `finish` is the answer; anything else said beside calls reaches nobody.
  const isAnswer = run.mode === "reply" && answer.toolCalls.some(({ name }) => name === "finish");
  if (answer.text.trim() !== "" && !isAnswer) await ctx.note("text", { text: answer.text });
  const calls: CallResult[] = [];
  let tally = tallyBefore;
  for (const call of answer.toolCalls) {
    if (ctx.usage.toolCalls >= start.limits.maxToolCalls) {
      return { calls, end: endAtLimit(describeReachedLimit("max_tool_calls", start.limits), tally) };
    }
    const carried = await carryOutOne(ctx, tools, call);
    calls.push(carried);
    tally = addToTally(tally, carried.outcome);
    const finish = carried.outcome?.finish;
    if (finish === undefined) continue;
    const left = answer.toolCalls.slice(calls.length);
    if (left.length > 0)
      await ctx.note("calls_after_finish", { notCarriedOut: left.map(({ name }) => name) });
    if (isAnswer && answer.text.trim() !== "") tally = await sendReply(scope, answer.text, tally);
    return { calls, end: completed(tally, finish.summary, finish.outcome) };
  }
  return { calls };
}

async function carryOutOne(
  ctx: ExecutionContext,
  tools: readonly AgentTool[],
  call: ModelToolCall,
): Promise<CallResult> {
  const checked = checkCall(tools, call);
  if ("tool" in checked) {
    const outcome = await checked.tool.run(checked.input);
    return { result: { toolCallId: call.id, name: call.name, output: outcome.output }, outcome };
  }
  const { fault } = checked;
  const output = await ctx.step("tool_result", "invalid_call", async () => ({
    input: { name: call.name, arguments: call.input },
    output: { status: "invalid", reason: fault },
    error: fault,
    toolCall: true,
  }));
  return { result: { toolCallId: call.id, name: call.name, output } };
}

/** An answer without tool calls ends the execution: in a reply its text is the message, in a task a note. */
async function endTurn<D>(scope: ToolScope<D>, tally: Tally, answer: Answer): Promise<ExecutionResult> {
  const isEmpty = answer.text.trim() === "";
  if (scope.run.mode === "reply") {
    if (isEmpty) return failed(describeEmpty(answer), tally);
    return completed(await sendReply(scope, answer.text, tally), answer.text);
  }
  if (isEmpty && answer.finishReason === "content_filter") return failed(describeEmpty(answer), tally);
  if (!isEmpty) await scope.ctx.note("text", { text: answer.text });
  return completed(tally, answer.text);
}

async function sendReply<D>(scope: ToolScope<D>, content: string, tally: Tally): Promise<Tally> {
  const verdict = await sendText(scope, "reply", content.trim(), {});
  const outcome: ToolOutcome = verdict.accepted
    ? { output: null, did: "message_accepted" }
    : { output: null, did: "message_refused", refusal: verdict.reason };
  return addToTally(tally, outcome);
}

function describeEmpty({ finishReason }: Answer): Reason {
  if (finishReason === "content_filter") {
    return { code: "model_content_filter", message: "The provider's content filter held the answer back." };
  }
  return { code: "model_empty_answer", message: "The model answered with neither text nor a tool call." };
}

const invalidToolCalls: Reason = {
  code: "invalid_tool_calls",
  message: `More than ${faultyAnswersAllowed} answers in a row held tool calls that could not be carried out.`,
};

function completed(tally: Tally, summary: string, claim?: ClaimedOutcome): ExecutionResult {
  return { status: "completed", ...judgeOutcome(tally, claim), ...withSummary(shortenSummary(summary)) };
}

function failed(reason: Reason, tally: Tally): ExecutionResult {
  const { outcome } = judgeOutcome(tally, undefined);
  return { status: "failed", outcome, reason, ...withSummary(describeDone(tally)) };
}

function endAtLimit(reason: Reason, tally: Tally): ExecutionResult {
  return { status: "failed", outcome: "limit_reached", reason, ...withSummary(describeDone(tally)) };
}

function withSummary(summary: string | undefined): { readonly summary?: string } {
  return summary === undefined ? {} : { summary };
}

/** What a run that was cut off had done. */
function describeDone({ accepted, refused, changes }: Tally): string | undefined {
  const parts = [
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ];
  const messages = parts.length === 0 ? "No message was sent" : `Messages: ${parts.join(", ")}`;
  return `${messages}${changes > 0 ? `; facts remembered: ${changes}` : ""}.`;
}
