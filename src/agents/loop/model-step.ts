import { messageOf } from "../../base/errors.ts";
import type { Core, ExecutionContext, Reason, StepPayload } from "../../engine/index.ts";
import { type ReservationAnswer, reserveCost, settleCost } from "../../usage/index.ts";
import { type ModelAccess, type OpenedModel, openModel } from "../model-access.ts";
import {
  callWithRetry,
  type ModelAnswer,
  ModelError,
  type ModelMessage,
  type ModelRequest,
  type ModelTool,
  type ModelUsage,
} from "../models/index.ts";
import { addCosts, priceCall } from "../prices.ts";
import type { AgentStart, AnswerPreview } from "./agent-run.ts";
import { boundOutput, estimateCall } from "./call-bounds.ts";
import type { LimitName } from "./limits.ts";

/** What a model call leaves in the journal; the run goes on from this and nothing else. */
export type ModelStepOutput =
  | (Pick<ModelAnswer, "text" | "toolCalls" | "finishReason" | "model" | "warnings"> &
      Pick<ModelUsage, "cachedInputTokens" | "reasoningTokens"> & {
        readonly nearLimits: readonly LimitName[];
        /** Of the answer and of the calls before it that failed. */
        readonly costUsd: string;
        /** False: the model's price is not known, so its cost counts as 0. */
        readonly priceKnown: boolean;
        /** True: the provider reported no usage, and the tokens are estimated from the length of the texts. */
        readonly tokensEstimated?: true;
        /** What ended the calls before this one. */
        readonly retries?: readonly Reason[];
      })
  | { readonly failed: Reason; readonly retries?: readonly Reason[] };

/** What was just read for a call, which saves reading it again. */
export interface KnownOfCall {
  readonly access: ModelAccess;
  /** True: neither workspace nor agent has a budget, so nothing is reserved. */
  readonly isUnbudgeted: boolean;
}

interface ModelCall {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  readonly nearLimits: readonly LimitName[];
}

/** How often a call is repeated when its error may pass; with growing pauses this takes up to 15 s. */
const retries = 4;

/**
 * One model call as one step, repeated where that may help. An error that stays, or a budget without room for the call,
 * is an output as well. With `preview` the answer is streamed to it; what it showed is void when a call is repeated or
 * fails.
 */
export async function callModel(
  core: Core,
  ctx: ExecutionContext,
  { agent }: Pick<AgentStart<unknown>, "agent">,
  prepare: () => ModelCall,
  preview?: AnswerPreview,
  known?: KnownOfCall,
): Promise<ModelStepOutput> {
  const { workspaceId, id: executionId, attempt } = ctx.execution;
  const key = `${executionId}:${ctx.nextSeq}:${attempt}`;
  return await ctx.step<ModelStepOutput>("model", agent.model, async (signal) => {
    const { messages, tools, nearLimits } = prepare();
    const input = { messages: messages.length, tools: tools.map(({ name }) => name), nearLimits };
    const request: ModelRequest = {
      messages,
      tools,
      signal,
      ...(agent.temperature === null ? {} : { temperature: agent.temperature }),
      ...(agent.maxOutputTokens === null ? {} : { maxOutputTokens: agent.maxOutputTokens }),
      ...(preview === undefined ? {} : { onText: (delta: string) => preview.text(delta) }),
    };
    let opened: OpenedModel;
    try {
      opened = await openModel(core, workspaceId, agent, known?.access);
    } catch (error) {
      return { input, ...failWith(asModelError(error), []) };
    }
    const agentId = agent.id;
    const reserved: ReservationAnswer =
      known?.isUnbudgeted === true
        ? { ok: true }
        : await reserveCost(core, workspaceId, {
            agentId,
            agentBudget: agent,
            executionId,
            key,
            ...estimateCall(opened, request),
            signal,
          });
    if (!reserved.ok) {
      // Its wait for other calls may have been ended by the execution's own stop, which says more.
      if (signal.aborted) throw signal.reason;
      return { input, output: { failed: reserved.reason }, error: reserved.reason };
    }
    const maxOutputTokens = boundOutput(opened, request, reserved.reservedUsd);
    const bounded = maxOutputTokens === undefined ? request : { ...request, maxOutputTokens };
    const made = await makeCalls(core, opened, bounded, preview);
    const payload = toPayload(made, opened, agent.model, nearLimits);
    // Settled whatever came of it, also when the execution was stopped: what was used was used.
    await settle(core, workspaceId, { key, agentId, executionId, costUsd: payload.costUsd });
    // The engine's own reason says more than "aborted", and is what it expects back.
    if (signal.aborted && made.answer === undefined) throw signal.reason;
    return { input, ...payload };
  });
}

/** The calls of one step: those that failed, and the answer unless the last one failed too. */
interface CallsMade {
  readonly failures: readonly ModelError[];
  readonly answer: ModelAnswer | undefined;
}

async function makeCalls(
  core: Core,
  { model }: OpenedModel,
  request: ModelRequest,
  preview: AnswerPreview | undefined,
): Promise<CallsMade> {
  const failures: ModelError[] = [];
  const note = (failed: ModelError) => {
    failures.push(failed);
    preview?.discard();
  };
  try {
    const answer = await callWithRetry(model, request, {
      retries,
      clock: core.clock,
      onAttempt: ({ failed }) => {
        if (failed !== undefined) note(failed);
      },
    });
    return { failures, answer };
  } catch (error) {
    note(asModelError(error));
    return { failures, answer: undefined };
  }
}

/** Anything else is a fault of ours and ends the attempt. */
function asModelError(error: unknown): ModelError {
  if (!(error instanceof ModelError)) throw error;
  return error;
}

function toPayload(
  { failures, answer }: CallsMade,
  { prices }: OpenedModel,
  askedModel: string,
  nearLimits: readonly LimitName[],
): StepPayload & { readonly output: ModelStepOutput; readonly costUsd: string } {
  const lost = failures.flatMap(({ usage }) => usage ?? []);
  const spent = addCosts(...lost.map((usage) => priceCall(prices, askedModel, usage).costUsd));
  const reasons = failures.map(toReason);
  if (answer === undefined) {
    const [failed, ...before] = reasons.toReversed();
    if (failed === undefined) throw new Error("a model call ended with neither answer nor error");
    return { ...sumTokens(lost), costUsd: spent, ...failWith(failed, before.toReversed()) };
  }
  const { text, toolCalls, finishReason, model, usage, warnings } = answer;
  const { cachedInputTokens, reasoningTokens } = usage;
  const asked = priceCall(prices, askedModel, usage);
  const priced = asked.priceKnown ? asked : priceCall(prices, model, usage);
  const costUsd = addCosts(spent, priced.costUsd);
  return {
    ...sumTokens([...lost, usage]),
    costUsd,
    output: {
      text,
      toolCalls,
      finishReason,
      model,
      nearLimits,
      costUsd,
      priceKnown: priced.priceKnown,
      ...(usage.estimated ? { tokensEstimated: true } : {}),
      ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
      ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
      ...(warnings === undefined ? {} : { warnings }),
      ...listRetries(reasons),
    },
  };
}

function sumTokens(usages: readonly ModelUsage[]): Pick<StepPayload, "inputTokens" | "outputTokens"> {
  return {
    inputTokens: usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
  };
}

function failWith(
  error: ModelError | Reason,
  before: readonly Reason[],
): Pick<StepPayload, "error"> & { readonly output: ModelStepOutput } {
  const failed = error instanceof ModelError ? toReason(error) : error;
  return { output: { failed, ...listRetries(before) }, error: failed };
}

async function settle(
  core: Core,
  workspaceId: string,
  settlement: Parameters<typeof settleCost>[2],
): Promise<void> {
  try {
    await settleCost(core, workspaceId, settlement);
  } catch (error) {
    // The answer is worth more than its place in the books: without it the call would be made, and paid, again.
    core.log.error({ err: messageOf(error), key: settlement.key }, "a model call's cost was not recorded");
  }
}

function listRetries(failures: readonly Reason[]): { readonly retries?: readonly Reason[] } {
  return failures.length === 0 ? {} : { retries: failures };
}

function toReason(error: ModelError): Reason {
  return { code: `model_${error.code}`, message: error.message };
}
