import { useMemo } from "react";
import { useGetUsage } from "../../../api/generated/usage/usage";
import { useGetWorkspace } from "../../../api/generated/workspace/workspace";
import { firstOfMonth } from "./rules.ts";

/** Agent → what its model calls cost since the month began in the workspace's zone; undefined while it is asked for. */
export function useMonthCosts(): ReadonlyMap<string, string> | undefined {
  const { data: workspace } = useGetWorkspace();
  const from = workspace && firstOfMonth(Date.now(), workspace.timezone);
  const { data: usage } = useGetUsage({ from, groupBy: "agent" }, { query: { enabled: from !== undefined } });
  return useMemo(
    () =>
      usage &&
      new Map(usage.items.flatMap(({ agentId, costUsd }) => (agentId === null ? [] : [[agentId, costUsd]]))),
    [usage],
  );
}
