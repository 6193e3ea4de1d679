import { contribute } from "../base/extensions.ts";
import type { Core, Module } from "../engine/index.ts";
import { agentRoutes } from "./agent-http.ts";
import { agentContributions } from "./contributions.ts";
import { agentErrors } from "./errors.ts";
import { type CreateModel, createModelFactory, modelFactory } from "./model-access.ts";
import { agentMetrics } from "./observe.ts";
import { providerRoutes } from "./provider-http.ts";
import { createReplyKind } from "./reply.ts";

export type { Agent } from "./agent-store.ts";
export {
  createAgent,
  deleteAgent,
  findDefaultAgent,
  listAgents,
  loadAgent,
  snapshotAgent,
  updateAgent,
} from "./agents.ts";
export {
  agentDeleted,
  sessionContexts,
} from "./extension-points.ts";
export type { AgentRun, AgentStart, OutgoingText, SendVerdict } from "./loop/agent-run.ts";
export { runAgent } from "./loop/run-agent.ts";
export type { CreateModel } from "./model-access.ts";
export {
  createModelProvider,
  deleteModelProvider,
  listModelAddresses,
  updateModelProvider,
} from "./model-providers.ts";
export { buildTaskPrompt, type PromptMessage } from "./prompt.ts";

export interface AgentsOptions {
  /** Instead of models that are really called; tests hand in scripted ones. */
  readonly createModel?: CreateModel | undefined;
}

/** Agents, the models they think with, the loop they work in, and the replies they give. */
export function agentsModule(core: Core, options: AgentsOptions = {}): Module {
  return {
    name: "agents",
    errors: agentErrors,
    metrics: agentMetrics,
    routes: [...agentRoutes(core), ...providerRoutes(core)],
    executions: [createReplyKind(core)],
    contributions: [
      ...agentContributions(),
      contribute(modelFactory, options.createModel ?? createModelFactory(core)),
    ],
  };
}
