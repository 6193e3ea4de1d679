import type { Reason, Usage } from "../../engine/index.ts";
import type { RunLimits } from "./agent-run.ts";

export type LimitName = "max_iterations" | "max_tool_calls" | "max_cost" | "max_time";

/** From this share of a limit on the agent is told to conclude. */
const conclusionShare = 0.8;

type Counted = Pick<Usage, "iterations" | "toolCalls" | "costUsd">;

/** The first limit that is used up, or undefined. Running time is the engine's: it has the deadline. */
export function findReachedLimit(
  usage: Counted,
  limits: RunLimits,
): Exclude<LimitName, "max_time"> | undefined {
  if (usage.iterations >= limits.maxIterations) return "max_iterations";
  if (usage.toolCalls >= limits.maxToolCalls) return "max_tool_calls";
  if (shareOfCost(usage, limits) >= 1) return "max_cost";
  return undefined;
}

/** The limits of which at least 80 % is used. `timeUsed` is the share of the allowed running time. */
export function findNearLimits(usage: Counted, limits: RunLimits, timeUsed: number): LimitName[] {
  const shares: readonly [LimitName, number][] = [
    ["max_iterations", usage.iterations / limits.maxIterations],
    ["max_tool_calls", usage.toolCalls / limits.maxToolCalls],
    ["max_cost", shareOfCost(usage, limits)],
    ["max_time", timeUsed],
  ];
  return shares.flatMap(([name, share]) => (share >= conclusionShare ? [name] : []));
}

function shareOfCost(usage: Counted, limits: RunLimits): number {
  if (limits.maxCostUsd === null) return 0;
  const limit = toMicros(limits.maxCostUsd);
  // A limit of nothing is reached before the first call.
  return limit > 0 ? toMicros(usage.costUsd) / limit : 1;
}

/** Whole millionths of a dollar: 0.08 / 0.1 is less than 0.8 in floating point. */
function toMicros(usd: string): number {
  return Math.round(Number(usd) * 1_000_000);
}

const names: Readonly<Record<LimitName, string>> = {
  max_iterations: "model calls",
  max_tool_calls: "tool calls",
  max_cost: "money",
  max_time: "time",
};

/** Tells the model to conclude. */
export function describeNearLimits(limits: readonly LimitName[]): string {
  const what = limits.map((limit) => names[limit]).join(", ");
  return (
    `More than 80 % of what this work may use is used up (${what}). Conclude now: do only what matters most, ` +
    "then finish. When it is used up the work is cut off."
  );
}

/** Why an execution ended at a limit. */
export function describeReachedLimit(limit: Exclude<LimitName, "max_time">, limits: RunLimits): Reason {
  const allowed = {
    max_iterations: `${limits.maxIterations} model calls`,
    max_tool_calls: `${limits.maxToolCalls} tool calls`,
    max_cost: `${limits.maxCostUsd} US dollars`,
  }[limit];
  return { code: limit, message: `The allowed ${allowed} were used up. What was done until then is kept.` };
}
