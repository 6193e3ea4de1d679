import type { StepKind, StepPayload, Usage } from "./execution.ts";

export const noUsage: Usage = { iterations: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: "0" };

const microDollars = 1_000_000;

/** Money is added in whole millionths of a dollar: sums of floating-point cents drift over 100 000 steps. */
export function addUsd(left: string, right: string): string {
  const sum = Math.round(Number(left) * microDollars) + Math.round(Number(right) * microDollars);
  return (sum / microDollars).toFixed(6).replace(/\.?0+$/, "");
}

/** The totals after one more step. Each model step is an iteration. */
export function addStep(usage: Usage, kind: StepKind, payload: StepPayload): Usage {
  return {
    iterations: usage.iterations + (kind === "model" ? 1 : 0),
    toolCalls: usage.toolCalls + (payload.toolCall === true ? 1 : 0),
    inputTokens: usage.inputTokens + (payload.inputTokens ?? 0),
    outputTokens: usage.outputTokens + (payload.outputTokens ?? 0),
    costUsd: payload.costUsd === undefined ? usage.costUsd : addUsd(usage.costUsd, payload.costUsd),
  };
}
