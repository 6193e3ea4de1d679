import type { Core, ExecutionContext } from "../../engine/index.ts";
import type { AgentTool } from "../loop/tool.ts";
import { type CalledTool, callTool } from "./call-tool.ts";
import { createInputCheck } from "./input-schema.ts";
import type { ToolSnapshot } from "./tool-definition.ts";

/** The workspace's own tools of one execution, in the order of the agent's list. */
export function createAgentTools(
  core: Core,
  ctx: ExecutionContext,
  tools: readonly ToolSnapshot[],
): readonly AgentTool[] {
  return tools.map((tool) => createAgentTool(core, ctx, tool));
}

function createAgentTool(core: Core, ctx: ExecutionContext, tool: ToolSnapshot): AgentTool {
  const { name, description, inputSchema, idempotent } = tool;
  return {
    name,
    description,
    inputSchema,
    check: createInputCheck(inputSchema),
    async run(input) {
      const { workspaceId, contactId } = ctx.execution;
      // Everything that may differ when the execution runs again lies inside the effect: the templates are filled in
      // with the contact as it is now.
      const result = await ctx.effect(name, { input, idempotent }, async (call) => {
        const called = await callTool(core, {
          workspaceId,
          tool,
          // Its schema is of type object.
          input: input as Readonly<Record<string, unknown>>,
          contactId,
          ...call,
        });
        return called.result;
      });
      switch (result.status) {
        case "done":
          return { output: result.value, ...(isSuccess(result.value) ? { did: "answered" } : {}) };
        case "failed":
          return { output: { status: "failed", reason: result.error } };
        case "unknown":
          return { output: { status: "unknown", reason: { code: "unknown", message: notKnown } } };
      }
    },
  };
}

/** A server that answers "not found" has answered, but nothing was done. */
function isSuccess({ status }: CalledTool["result"]): boolean {
  return status !== "failed" && status >= 200 && status < 300;
}

const notKnown = "Whether this call reached the tool's server is not known. It was not made again.";
