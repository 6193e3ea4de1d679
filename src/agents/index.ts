import { contribute } from "../base/extensions.ts";
import type { Core, Module } from "../engine/index.ts";
import { agentRoutes } from "./agent-http.ts";
import { agentContributions } from "./contributions.ts";
import { agentErrors } from "./errors.ts";
import { knowledgeRoutes } from "./knowledge/index.ts";
import {
  type CreateModel,
  callPlaces,
  createModelFactory,
  createModelFetch,
  modelFactory,
  modelFetch,
} from "./model-access.ts";
import { createCallPlaces } from "./models/index.ts";
import { agentMetrics } from "./observe.ts";
import { providerRoutes } from "./provider-http.ts";
import { createReplyKind } from "./reply.ts";
import { createToolFetch, toolFetch, toolRoutes } from "./tools/index.ts";
import { trialRoutes } from "./trial/index.ts";

export { type AgentSnapshot, snapshotAgent } from "./agent-snapshot.ts";
export type { Agent } from "./agent-store.ts";
export {
  adoptAgent,
  createAgent,
  deleteAgent,
  findDefaultAgent,
  getAgent,
  listAgents,
  updateAgent,
} from "./agents.ts";
export {
  type AgentToolScope,
  agentDeleted,
  agentTools,
  sessionContexts,
} from "./extension-points.ts";
export type { AgentRun } from "./loop/agent-run.ts";
export { judgeByMessages } from "./loop/judge.ts";
export { findMessageLimit } from "./loop/message-limit.ts";
export type { OutgoingText, SendVerdict } from "./loop/outgoing.ts";
export { runAgent } from "./loop/run-agent.ts";
export { type AgentTool, defineTool, describeSend, type ToolOutcome } from "./loop/tool.ts";
export type { CreateModel } from "./model-access.ts";
export {
  createModelProvider,
  deleteModelProvider,
  getModelProvider,
  listModelAddresses,
  updateModelProvider,
} from "./model-providers.ts";
export { describeNetworkFault } from "./models/index.ts";
export { buildTaskPrompt, type PromptMessage } from "./prompt.ts";

export interface AgentsOptions {
  /** Instead of models that are really called; tests hand in scripted ones. */
  readonly createModel?: CreateModel | undefined;
  /** Private hosts, addresses or ranges that tools may reach. */
  readonly privateHosts?: readonly string[] | undefined;
}

/** Agents, the models they think with, the loop they work in, and the replies they give. */
export function agentsModule(core: Core, options: AgentsOptions = {}): Module {
  const fetch = createModelFetch(core);
  return {
    name: "agents",
    errors: agentErrors,
    metrics: agentMetrics,
    routes: [
      ...agentRoutes(core),
      ...trialRoutes(core),
      ...providerRoutes(core),
      ...toolRoutes(core),
      ...knowledgeRoutes(core),
    ],
    executions: [createReplyKind(core)],
    contributions: [
      ...agentContributions(core),
      contribute(modelFactory, options.createModel ?? createModelFactory(core, fetch)),
      contribute(modelFetch, fetch),
      contribute(toolFetch, createToolFetch(core, options.privateHosts ?? [])),
      contribute(callPlaces, createCallPlaces()),
    ],
  };
}
