import { useQuery } from "@tanstack/react-query";
import { listExecutionSteps } from "../../api/generated/executions/executions";
import type { Step } from "../../api/generated/model";
import { numberOf, objectOf, textOf } from "./json.ts";

/** The first step says on what the execution runs: agent, model, limits. It is written once. */
export function useStartStep(executionId: string, hasSteps: boolean): Step | undefined {
  const { data } = useQuery({
    queryKey: ["execution-start", executionId],
    queryFn: async ({ signal }) => {
      const { items } = await listExecutionSteps(executionId, { after: 0, limit: 1 }, { signal });
      return items[0] ?? null;
    },
    enabled: hasSteps,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.kind === "note" && data.name === "start" ? data : undefined;
}

/** The limits with which an execution began, all but the time. */
export interface LimitsThen {
  readonly maxIterations: number;
  readonly maxToolCalls: number;
  readonly maxCostUsd: string | null;
}

/** What its first step says of them; undefined before it has begun. */
export function limitsThen(start: Step | undefined): LimitsThen | undefined {
  const limits = objectOf(objectOf(start?.output).limits);
  const [maxIterations, maxToolCalls] = [numberOf(limits.maxIterations), numberOf(limits.maxToolCalls)];
  if (maxIterations === undefined || maxToolCalls === undefined) return undefined;
  return { maxIterations, maxToolCalls, maxCostUsd: textOf(limits.maxCostUsd) ?? null };
}
