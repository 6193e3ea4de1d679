import type { ExecutionContext, ExecutionResult, Reason } from "../../engine/index.ts";
import type { ModelToolCall } from "../models/index.ts";
import type { AgentRun, AnswerPreview } from "./agent-run.ts";
import { cutOff, describeEmpty, isCutOff } from "./answer-fault.ts";
import { sendText, type ToolScope } from "./built-in-tools.ts";
import { completed, endAtLimit, failed } from "./ends.ts";
import { describeReachedLimit } from "./limits.ts";
import { countVainSend, findVainSends } from "./message-limit.ts";
import type { ModelStepOutput } from "./model-step.ts";
import type { Tally } from "./outcome.ts";
import { countCall, isLoop, noProgress, type Repetition } from "./repeats.ts";
import { addToTally, type CallResult } from "./state.ts";
import { type AgentTool, checkCall, type ToolOutcome } from "./tool.ts";
import { cutForModel } from "./tool-output.ts";

export type Answer = Exclude<ModelStepOutput, { readonly failed: Reason }>;

/** One answer of the model, and what it is carried out with. */
export interface AnswerWork<D> {
  readonly scope: ToolScope<D>;
  readonly tools: readonly AgentTool[];
  readonly answer: Answer;
  /** Shows the answer's text; void as soon as the text turns out not to be sent. */
  readonly preview: AnswerPreview | undefined;
}

/** How the run stood before the answer. */
interface Standing {
  readonly tally: Tally;
  readonly repetition: Repetition | null;
  readonly vainSends: number;
}

/** In a reply the text of the last answer is the message, also beside `finish`; other text reaches nobody. */
export function isForContact(mode: AgentRun<unknown>["mode"], { toolCalls }: Answer): boolean {
  return mode === "reply" && (toolCalls.length === 0 || toolCalls.some(({ name }) => name === "finish"));
}

interface CarriedOut {
  readonly calls: readonly CallResult[];
  readonly end?: ExecutionResult;
}

/** Carries out an answer's calls one after the other, until one finishes the run, loops or reaches a limit. */
export async function carryOut<D>(work: AnswerWork<D>, before: Standing): Promise<CarriedOut> {
  const { scope, tools, answer, preview } = work;
  const { ctx, run, start } = scope;
  const isAnswer = isForContact(run.mode, answer);
  if (answer.text.trim() !== "" && !isAnswer) await ctx.note("text", { text: answer.text });
  const calls: CallResult[] = [];
  let { tally, repetition, vainSends } = before;
  for (const call of answer.toolCalls) {
    repetition = countCall(repetition, call);
    const isAtLimit = ctx.usage.toolCalls >= start.limits.maxToolCalls;
    if (isAtLimit || isLoop(repetition)) {
      preview?.discard();
      if (!isAtLimit) return { calls, end: failed(noProgress, tally) };
      return { calls, end: endAtLimit(describeReachedLimit("max_tool_calls", start.limits), tally) };
    }
    const carried = await carryOutOne(ctx, tools, call);
    calls.push(carried);
    tally = addToTally(tally, carried.outcome);
    vainSends = countVainSend(vainSends, carried.outcome);
    const tooMany = findVainSends(vainSends);
    if (tooMany !== undefined) return { calls, end: failed(tooMany, tally) };
    const finish = carried.outcome?.finish;
    if (finish === undefined) continue;
    const left = answer.toolCalls.slice(calls.length);
    if (left.length > 0)
      await ctx.note("calls_after_finish", { notCarriedOut: left.map(({ name }) => name) });
    if (isAnswer && answer.text.trim() !== "") tally = await sendReply(work, tally);
    return { calls, end: completed(tally, finish.summary, finish.outcome) };
  }
  // A call of finish that could not be carried out: the text beside it was not the end.
  if (isAnswer) preview?.discard();
  return { calls };
}

/** The step of a call that cannot be carried out; its input is the call. */
export const invalidCall = "invalid_call";

async function carryOutOne(
  ctx: ExecutionContext,
  tools: readonly AgentTool[],
  call: ModelToolCall,
): Promise<CallResult> {
  const { id: toolCallId, name } = call;
  const checked = checkCall(tools, call);
  if ("tool" in checked) {
    const outcome = await checked.tool.run(checked.input);
    return { result: { toolCallId, name, output: cutForModel(outcome.output) }, outcome };
  }
  const { fault } = checked;
  const output = await ctx.step("tool_result", invalidCall, async () => ({
    input: { name, arguments: call.input },
    output: { status: "invalid", reason: fault },
    error: fault,
    toolCall: true,
  }));
  return { result: { toolCallId, name, output } };
}

/** How an empty answer ends where the model did not mean to say nothing. */
const saidNothing: ReadonlySet<string> = new Set(["content_filter", "length"]);

/** An answer without tool calls ends the execution: in a reply its text is the message, in a task a note. */
export async function endTurn<D>(work: AnswerWork<D>, tally: Tally): Promise<ExecutionResult> {
  const { scope, answer } = work;
  const isEmpty = answer.text.trim() === "";
  if (scope.run.mode === "reply") {
    if (isEmpty) return failed(describeEmpty(answer), tally);
    return completed(await sendReply(work, tally), answer.text);
  }
  if (isEmpty && saidNothing.has(answer.finishReason)) return failed(describeEmpty(answer), tally);
  const isHalf = isCutOff(answer);
  if (!isEmpty) await scope.ctx.note("text", { text: answer.text, ...(isHalf ? { cutOff: true } : {}) });
  const ended = completed(tally, answer.text);
  return isHalf ? { ...ended, reason: ended.reason ?? cutOff } : ended;
}

async function sendReply<D>({ scope, answer, preview }: AnswerWork<D>, tally: Tally): Promise<Tally> {
  const verdict = await sendText(scope, "reply", answer.text.trim(), {});
  if (!verdict.accepted) preview?.discard();
  const outcome: ToolOutcome = verdict.accepted
    ? { output: null, did: "message_accepted" }
    : { output: null, did: "message_refused", refusal: verdict.reason };
  return addToTally(tally, outcome);
}
