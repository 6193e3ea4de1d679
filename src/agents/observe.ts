import { toId } from "../base/ids.ts";
import { defineCounter, defineHistogram, type Metric } from "../base/metrics.ts";
import { failSpan, SpanKind, type Tracer, withSpan } from "../base/tracing.ts";
import type { Core, ExecutionContext } from "../engine/index.ts";
import type { AgentTool, ToolOutcome } from "./loop/tool.ts";
import { type Model, type ModelAnswer, ModelError, type ModelRequest } from "./models/index.ts";

// The names of attributes are those of OpenTelemetry's conventions for generative AI.

const modelCallDuration = defineHistogram({
  name: "errand_model_call_duration_seconds",
  help: "Calls of models, each repetition by itself. Result: ok, or the code of the error.",
  labels: ["provider", "model", "result"],
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160],
});

const modelTokens = defineCounter({
  name: "errand_model_tokens_total",
  help: "Tokens of model calls, by direction: input or output. Estimated where the provider reports none.",
  labels: ["provider", "model", "direction"],
});

export const agentMetrics: readonly Metric[] = [modelCallDuration, modelTokens];

type Observers = Pick<Core, "clock" | "metrics" | "tracer">;

/** The same model with each of its calls measured, and traced if there is a tracer. */
export function observeModel(core: Observers, model: Model): Model {
  const { tracer } = core;
  return {
    provider: model.provider,
    model: model.model,
    call: (request) =>
      tracer === undefined
        ? measureCall(core, model, request)
        : traceCall(tracer, model, () => measureCall(core, model, request)),
  };
}

async function measureCall(
  { clock, metrics }: Observers,
  model: Model,
  request: ModelRequest,
): Promise<ModelAnswer> {
  const of = { provider: model.provider, model: model.model };
  const startedAt = clock.monotonicMs();
  const measure = (result: string) =>
    metrics.observe(modelCallDuration, { ...of, result }, (clock.monotonicMs() - startedAt) / 1_000);
  try {
    const answer = await model.call(request);
    measure("ok");
    metrics.count(modelTokens, { ...of, direction: "input" }, answer.usage.inputTokens);
    metrics.count(modelTokens, { ...of, direction: "output" }, answer.usage.outputTokens);
    return answer;
  } catch (error) {
    measure(error instanceof ModelError ? error.code : "internal_error");
    throw error;
  }
}

async function traceCall(
  tracer: Tracer,
  model: Model,
  call: () => Promise<ModelAnswer>,
): Promise<ModelAnswer> {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": model.provider,
    "gen_ai.request.model": model.model,
  };
  return await withSpan(
    tracer,
    `chat ${model.model}`,
    { kind: SpanKind.CLIENT, attributes },
    async (span) => {
      const answer = await call();
      span.setAttributes({
        "gen_ai.response.model": answer.model,
        "gen_ai.response.finish_reasons": [answer.finishReason],
        "gen_ai.usage.input_tokens": answer.usage.inputTokens,
        "gen_ai.usage.output_tokens": answer.usage.outputTokens,
      });
      return answer;
    },
  );
}

/** Says on the attempt's span which agent is at work. */
export function traceAgent(
  tracer: Tracer,
  agent: { readonly id: string; readonly name: string; readonly model: string },
): void {
  const span = tracer.active();
  span?.updateName(`invoke_agent ${agent.name}`);
  span?.setAttributes({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.id": toId("agent", agent.id),
    "gen_ai.agent.name": agent.name,
    "gen_ai.request.model": agent.model,
  });
}

/** The same tools with a span for each call. What a call was given and answered stays out of it. */
export function traceTools(
  tracer: Tracer,
  ctx: Pick<ExecutionContext, "isReplay" | "isStop">,
  tools: readonly AgentTool[],
): readonly AgentTool[] {
  return tools.map((tool) => {
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool.name,
      "gen_ai.tool.type": "function",
    };
    // A wait or a cancellation leaves by an error that is no failure of the tool.
    const isFailure = (error: unknown) => !ctx.isStop(error);
    return {
      ...tool,
      run: async (input) => {
        // What a later attempt reads from the journal was called, and traced, by an earlier one.
        if (ctx.isReplay) return await tool.run(input);
        return await withSpan(
          tracer,
          `execute_tool ${tool.name}`,
          { attributes, isFailure },
          async (span) => {
            const outcome = await tool.run(input);
            const failure = failureOf(outcome);
            if (failure !== undefined) failSpan(span, failure);
            return outcome;
          },
        );
      },
    };
  });
}

/** What a tool answers as refused or failed is no error that is thrown; the agent goes on with it. */
function failureOf({ refusal, output }: ToolOutcome): string | undefined {
  if (refusal !== undefined) return refusal.code;
  const isFailed =
    typeof output === "object" && output !== null && "status" in output && output.status === "failed";
  return isFailed ? "tool_failed" : undefined;
}
