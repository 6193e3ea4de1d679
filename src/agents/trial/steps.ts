import type { Clock } from "../../base/clock.ts";
import { addStep, type ExecutionContext, noUsage, type Reason } from "../../engine/index.ts";
import { invalidCall } from "../loop/carry-out.ts";
import type { AgentTool, PlayedCall, ToolOutcome } from "../loop/tool.ts";
import { cutForModel } from "../loop/tool-output.ts";
import { type PlayedStep, PlayStop } from "./played-context.ts";

/** A model call or a tool call of a trial, as people see it. */
export interface TrialStep {
  readonly kind: "model" | "tool";
  readonly name: string;
  readonly input: unknown;
  /** What the model got, or answered; of a played call also what a real run does. */
  readonly output: unknown;
  readonly error: Reason | null;
  readonly costUsd: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly durationMs: number;
}

/** Gathers the steps of one trial. */
interface TrialSteps {
  readonly list: readonly TrialStep[];
  /** Takes model calls, and calls that cannot be carried out; those of tools are told by `around`. */
  add(step: PlayedStep): void;
  /** The tool with its calls noted, and played where they would change something. */
  around(ctx: ExecutionContext, tool: AgentTool): Pick<AgentTool, "run">;
}

/** Steps as they come. */
export function createTrialSteps(clock: Clock): TrialSteps {
  const list: TrialStep[] = [];
  const free = { costUsd: noUsage.costUsd, inputTokens: 0, outputTokens: 0 };

  async function noted(
    ctx: ExecutionContext,
    { name, run, play }: AgentTool,
    input: unknown,
  ): Promise<ToolOutcome> {
    const begunAt = clock.monotonicMs();
    const note = (output: unknown, error: Reason | null) =>
      list.push({
        ...{ kind: "tool", name, input, output, error, ...free },
        durationMs: Math.round(clock.monotonicMs() - begunAt),
      });
    try {
      if (play === undefined) {
        const outcome = await run(input);
        note(cutForModel(outcome.output), findFailure(outcome));
        return outcome;
      }
      const { would, outcome } = await ctx.step<PlayedCall>("tool_result", name, async () => ({
        input,
        output: await play(input),
        toolCall: true,
      }));
      note({ played: would, answer: outcome.output }, findFailure(outcome));
      return outcome;
    } catch (error) {
      if (error instanceof PlayStop) note(null, error.reason);
      throw error;
    }
  }

  return {
    list,
    add({ kind, name, payload, durationMs }) {
      if (kind !== "model" && name !== invalidCall) return;
      const { input = null, output = null, error = null } = payload;
      const { costUsd, inputTokens, outputTokens } = addStep(noUsage, kind, payload);
      list.push({
        kind: kind === "model" ? "model" : "tool",
        ...{ name, input, output, error, costUsd, inputTokens, outputTokens },
        durationMs: Math.round(durationMs),
      });
    },
    around: (ctx, tool) => ({ run: (input) => noted(ctx, tool, input) }),
  };
}

/** Why a call came to nothing, as the model is told it. */
function findFailure({ refusal, output }: ToolOutcome): Reason | null {
  if (refusal !== undefined) return refusal;
  if (typeof output !== "object" || output === null || !("status" in output && "reason" in output))
    return null;
  const { status, reason } = output;
  if (status !== "failed" || typeof reason !== "object" || reason === null) return null;
  if (!("code" in reason && "message" in reason)) return null;
  return { code: String(reason.code), message: String(reason.message) };
}
