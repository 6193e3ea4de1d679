import { useListAgents } from "../../api/generated/agents/agents";

const mostAgents = 100;

interface DefaultAgent {
  /** Undefined while it is asked for, and if there is none among the newest agents. */
  readonly name: string | undefined;
  /** True: the workspace has none. */
  readonly isNone: boolean;
}

/** Who carries out tasks that name no agent. */
export function useDefaultAgent(): DefaultAgent {
  const { data } = useListAgents({ limit: mostAgents });
  const found = data?.items.find(({ isDefault }) => isDefault);
  return { name: found?.name, isNone: data !== undefined && found === undefined && data.nextCursor === null };
}
