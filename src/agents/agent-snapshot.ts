import type { Agent, AgentLimits } from "./agent-store.ts";

/**
 * What an agent's work runs on, fixed at its start and kept in the journal. The provider's address and API key are
 * not in it: they are read at each model call, so that a key is never stored in the open and can be replaced.
 */
export interface AgentSnapshot {
  readonly id: string;
  readonly name: string;
  readonly instructions: string;
  readonly modelProviderId: string;
  readonly model: string;
  /** 0 to 2; null: the provider's default. */
  readonly temperature: number | null;
  /** Null: the provider's default. */
  readonly maxOutputTokens: number | null;
  /** BCP 47, the language to answer in; null: the contact's. */
  readonly language: string | null;
  /** Rules of style and conduct, beside the instructions. May be empty. */
  readonly guidance: string;
  readonly toolIds: readonly string[];
  readonly knowledgeIds: readonly string[];
  readonly limits: AgentLimits;
  /** US dollars as a decimal string; null: no budget. */
  readonly dailyCostUsd: string | null;
  readonly monthlyCostUsd: string | null;
}

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
