import type { Core, ExecutionContext, Reason, StepPayload } from "../../engine/index.ts";
import { openModel } from "../model-access.ts";
import {
  callWithRetry,
  type ModelAnswer,
  ModelError,
  type ModelMessage,
  type ModelTool,
} from "../models/index.ts";
import { priceCall } from "../prices.ts";
import type { AgentStart } from "./agent-run.ts";
import type { LimitName } from "./limits.ts";

/** What a model call leaves in the journal; the run goes on from this and nothing else. */
export type ModelStepOutput =
  | (Pick<ModelAnswer, "text" | "toolCalls" | "finishReason" | "model"> & {
      readonly nearLimits: readonly LimitName[];
      readonly costUsd: string;
      /** False: the model's price is not in our table, so its cost counts as 0. */
      readonly priceKnown: boolean;
      /** True: the provider reported no usage, and the tokens are estimated from the length of the texts. */
      readonly tokensEstimated?: true;
      /** What ended the calls before this one. */
      readonly retries?: readonly Reason[];
    })
  | { readonly failed: Reason; readonly retries?: readonly Reason[] };

interface ModelCall {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  readonly nearLimits: readonly LimitName[];
}

/** How often a call is repeated when its error may pass; with growing pauses this takes up to 15 s. */
const retries = 4;

/** One model call as one step, repeated where that may help. An error that stays is an output as well. */
export async function callModel(
  core: Core,
  ctx: ExecutionContext,
  { agent }: AgentStart<unknown>,
  prepare: () => ModelCall,
): Promise<ModelStepOutput> {
  return await ctx.step<ModelStepOutput>("model", agent.model, async (signal) => {
    const { messages, tools, nearLimits } = prepare();
    const input = { messages: messages.length, tools: tools.map(({ name }) => name), nearLimits };
    const failures: Reason[] = [];
    try {
      const model = await openModel(core, ctx.execution.workspaceId, agent);
      const answer = await callWithRetry(
        model,
        { messages, tools, signal },
        {
          retries,
          clock: core.clock,
          onAttempt: ({ failed }) => {
            if (failed !== undefined) failures.push(toReason(failed));
          },
        },
      );
      return { input, ...toPayload(answer, model.provider, agent.model, nearLimits, failures) };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      // The engine's own reason says more than "aborted", and is what it expects back.
      if (signal.aborted) throw signal.reason;
      const failed = toReason(error);
      return { input, output: { failed, ...listRetries(failures) }, error: failed };
    }
  });
}

function toPayload(
  answer: ModelAnswer,
  provider: string,
  askedModel: string,
  nearLimits: readonly LimitName[],
  failures: readonly Reason[],
): StepPayload & { readonly output: ModelStepOutput } {
  const { inputTokens, outputTokens, estimated } = answer.usage;
  const asked = priceCall(provider, askedModel, answer.usage);
  const { costUsd, priceKnown } = asked.priceKnown ? asked : priceCall(provider, answer.model, answer.usage);
  const { text, toolCalls, finishReason, model } = answer;
  return {
    inputTokens,
    outputTokens,
    costUsd,
    output: {
      text,
      toolCalls,
      finishReason,
      model,
      nearLimits,
      costUsd,
      priceKnown,
      ...(estimated ? { tokensEstimated: true } : {}),
      ...listRetries(failures),
    },
  };
}

function listRetries(failures: readonly Reason[]): { readonly retries?: readonly Reason[] } {
  return failures.length === 0 ? {} : { retries: [...failures] };
}

function toReason(error: ModelError): Reason {
  return { code: `model_${error.code}`, message: error.message };
}
