import { toId } from "../../base/ids.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core, ExecutionContext, ExecutionResult } from "../../engine/index.ts";
import { hasNoBudget } from "../../usage/index.ts";
import type { AgentSnapshot } from "../agent-snapshot.ts";
import { agentTools } from "../extension-points.ts";
import { listKnowledgeTitles, searchKnowledgeTool } from "../knowledge/index.ts";
import { readModelAccess } from "../model-access.ts";
import { type ModelMessage, renderSection } from "../models/index.ts";
import { createAgentTools, loadToolSnapshots, type ToolSnapshot } from "../tools/index.ts";
import type { AgentRun, AgentStart } from "./agent-run.ts";
import { builtInTools, type ToolScope } from "./built-in-tools.ts";
import { usualContextTokens } from "./context.ts";
import type { KnownOfCall } from "./model-step.ts";
import { beginState, completeStart, type LoopState, restoreState } from "./state.ts";
import type { AgentTool } from "./tool.ts";

export interface Begun<D> {
  readonly state: LoopState<D>;
  /** What was read on the way for the first model call; it must not be stored. */
  readonly known?: KnownOfCall | undefined;
}

/** The state from which a run goes on: that of the newest checkpoint, else the one it starts with. */
export async function beginRun<D>(
  core: Core,
  ctx: ExecutionContext,
  run: AgentRun<D>,
): Promise<Begun<D> | { readonly end: ExecutionResult }> {
  const restored = restoreState<D>(ctx.restored);
  if (restored !== undefined) return { state: restored };
  let known: KnownOfCall | undefined;
  const recorded = await ctx.transact<AgentStart<D> | { readonly end: ExecutionResult }>(
    "note",
    "start",
    async (tx) => {
      let belongings: Promise<Belongings> | undefined;
      const begun = await run.start(tx, (agent) => {
        belongings ??= readBelongings(core, tx, agent);
        // Told below; if the start itself fails, that says more.
        belongings.catch(() => undefined);
      });
      if ("end" in begun) return { output: begun };
      const { tools, titles, ...call } = await (belongings ?? readBelongings(core, tx, begun.agent));
      known = call;
      const prompt = nameKnowledge(begun.prompt, titles);
      return { output: { ...begun, prompt, tools, contextTokens: usualContextTokens } };
    },
  );
  if ("end" in recorded) return recorded;
  const start = completeStart(recorded);
  const given = new Set(start.tools.map(({ id }) => id));
  const leftOut = start.agent.toolIds.filter((id) => !given.has(id));
  if (leftOut.length > 0)
    await ctx.note("tools_left_out", { toolIds: leftOut.map((id) => toId("tool", id)) });
  return { state: beginState(start), known };
}

/** What a run reads of its agent, and what its first model call needs. */
interface Belongings extends KnownOfCall {
  readonly tools: readonly ToolSnapshot[];
  readonly titles: readonly string[];
}

async function readBelongings(core: Core, tx: TenantTx, agent: AgentSnapshot): Promise<Belongings> {
  const { toolIds, knowledgeIds, modelProviderId } = agent;
  const [access, isUnbudgeted, tools, titles] = await Promise.all([
    readModelAccess(core, tx, modelProviderId),
    hasNoBudget(tx, agent),
    toolIds.length === 0 ? [] : loadToolSnapshots(tx, toolIds),
    knowledgeIds.length === 0 ? [] : listKnowledgeTitles(tx, knowledgeIds),
  ]);
  return { access, isUnbudgeted, tools, titles };
}

/** Tells the agent what its search_knowledge searches. */
function nameKnowledge(prompt: readonly ModelMessage[], titles: readonly string[]): readonly ModelMessage[] {
  if (titles.length === 0) return prompt;
  const list = titles.map((title) => `- ${title.replaceAll(/\s+/g, " ")}`).join("\n");
  const section = renderSection("knowledge", `search_knowledge finds passages in these texts:\n${list}`);
  const at = prompt.findIndex(({ role }) => role === "system");
  return prompt.map((message, index) =>
    index === at && message.role === "system"
      ? { ...message, content: `${message.content}\n\n${section}` }
      : message,
  );
}

/**
 * Everything this run may call. A tool of the workspace that has the name of a built-in one is left out; two built-in
 * or contributed ones of one name are a programming error.
 */
export function listTools<D>(core: Core, scope: ToolScope<D>): readonly AgentTool[] {
  const { ctx, run, start } = scope;
  const ours = [
    ...builtInTools(scope),
    ...searchKnowledgeTool(core, ctx, start.agent.knowledgeIds),
    ...core.extensions.of(agentTools).flatMap((list) => list({ core, ctx, mode: run.mode, start })),
  ];
  const names = new Set(ours.map(({ name }) => name));
  if (names.size < ours.length) throw new Error("two tools of agents have the same name");
  const tools = [...ours, ...createAgentTools(core, ctx, start.tools).filter(({ name }) => !names.has(name))];
  const { standIn } = run;
  return standIn === undefined ? tools : tools.map((tool) => ({ ...tool, ...standIn(tool) }));
}
