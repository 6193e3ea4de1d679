import type { Agent } from "./agent-store.ts";

/**
 * What an agent's work runs on, fixed at its start and kept in the journal. The provider's address and API key are
 * not in it: they are read at each model call, so that a key is never stored in the open and can be replaced.
 */
export type AgentSnapshot = Omit<
  Agent,
  "enabled" | "isDefault" | "demo" | "meta" | "createdAt" | "updatedAt"
>;

/** The agent as its executions see it. */
export function snapshotAgent(agent: Agent): AgentSnapshot {
  return {
    id: agent.id,
    name: agent.name,
    instructions: agent.instructions,
    modelProviderId: agent.modelProviderId,
    model: agent.model,
    temperature: agent.temperature,
    maxOutputTokens: agent.maxOutputTokens,
    language: agent.language,
    guidance: agent.guidance,
    toolIds: agent.toolIds,
    knowledgeIds: agent.knowledgeIds,
    limits: agent.limits,
    dailyCostUsd: agent.dailyCostUsd,
    monthlyCostUsd: agent.monthlyCostUsd,
  };
}
