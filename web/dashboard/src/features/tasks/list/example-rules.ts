import type { Agent } from "../../../api/generated/model";

/** Who does the example: the default agent, else the one that was made first. */
export function chooseAgent<T extends Pick<Agent, "isDefault" | "enabled">>(
  agents: readonly T[],
): T | undefined {
  const enabled = agents.filter((agent) => agent.enabled);
  // The list has the newest first.
  return enabled.find(({ isDefault }) => isDefault) ?? enabled.at(-1);
}
