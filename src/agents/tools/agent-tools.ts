import { type Core, type ExecutionContext, type Reason, UnknownEffect } from "../../engine/index.ts";
import type { AgentTool } from "../loop/tool.ts";
import { type CalledTool, callTool, isAnswer } from "./call-tool.ts";
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
        if (called.result.status === "unknown") throw new UnknownEffect(called.result.reason.message);
        return called.result;
      });
      switch (result.status) {
        case "done":
          return { output: result.value, ...(isSuccess(result.value) ? { did: "answered" } : {}) };
        case "failed":
          return { output: { status: "failed", reason: result.error } };
        case "unknown":
          return { output: { status: "unknown", reason: tellModel(result.error) } };
      }
    },
  };
}

/** A server that answers "not found" has answered, but nothing was done. */
function isSuccess(result: CalledTool["result"]): boolean {
  return isAnswer(result) && result.status >= 200 && result.status < 300;
}

/** A model that only heard of a failure would call again. */
function tellModel({ code, message }: Reason): Reason {
  return { code, message: `${message} Do not make this call again: a person will look into it.` };
}
