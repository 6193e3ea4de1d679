import { z } from "zod";
import type { Reason } from "../../engine/index.ts";
import type { JsonSchemaObject, ModelTool, ModelToolCall } from "../models/index.ts";
import type { ClaimedOutcome } from "./outcome.ts";

/** What a tool call came to; every member is read back from the journal when the execution runs again. */
export interface ToolOutcome {
  /** For the model. */
  readonly output: unknown;
  /** What it did, for the tally. */
  readonly did?: "message_accepted" | "message_refused" | "changed";
  readonly refusal?: Reason;
  /** Present: the run ends here. */
  readonly finish?: { readonly outcome: ClaimedOutcome; readonly summary: string };
}

/** A tool that an agent may call. `run` records what it does as one step of the journal, always of the same kind. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  run(input: unknown): Promise<ToolOutcome>;
}

/** Declares a tool with its input's type kept. `run` gets only what the schema let through. */
export function defineTool<I extends z.ZodType>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  run(input: z.output<I>): Promise<ToolOutcome>;
}): AgentTool {
  return tool as AgentTool;
}

/** The tool as the model is told of it. */
export function describeTool(tool: AgentTool): ModelTool {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: "input" });
  const inputSchema: JsonSchemaObject = schema;
  return { name: tool.name, description: tool.description, inputSchema };
}

type CheckedCall = { readonly tool: AgentTool; readonly input: unknown } | { readonly fault: Reason };

/** The tool and its parsed input, or what the model has to be told is wrong with the call. */
export function checkCall(tools: readonly AgentTool[], call: ModelToolCall): CheckedCall {
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined) {
    const names = tools.map(({ name }) => name).join(", ");
    return {
      fault: { code: "unknown_tool", message: `There is no tool "${call.name}". The tools are: ${names}.` },
    };
  }
  if (call.invalid !== undefined) return { fault: { code: "invalid_arguments", message: call.invalid } };
  const parsed = tool.input.safeParse(call.input);
  if (parsed.success) return { tool, input: parsed.data };
  const faults = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  const message = `The arguments of ${tool.name} do not fit its schema. ${faults.join("; ")}.`;
  return { fault: { code: "invalid_arguments", message } };
}
