import { z } from "zod";
import type { Reason } from "../../engine/index.ts";
import type { JsonSchemaObject, ModelTool, ModelToolCall } from "../models/index.ts";
import type { ClaimedOutcome } from "./outcome.ts";
import type { HeldBack, SendVerdict } from "./outgoing.ts";

/** What a tool call came to; every member is read back from the journal when the execution runs again. */
export interface ToolOutcome {
  /** For the model. */
  readonly output: unknown;
  /** What it did, for the tally. */
  readonly did?: "message_accepted" | "message_refused" | "changed" | "answered";
  readonly refusal?: Reason;
  /** An accepted message that waits. */
  readonly held?: HeldBack;
  /** Present: the run ends here. */
  readonly finish?: { readonly outcome: ClaimedOutcome; readonly summary: string };
}

/** What a tool that sends answers. */
export function describeSend(verdict: SendVerdict): ToolOutcome {
  if (!verdict.accepted) {
    const { reason } = verdict;
    return { output: { status: "refused", reason }, did: "message_refused", refusal: reason };
  }
  const { held } = verdict;
  if (held === undefined) return { output: { status: "accepted" }, did: "message_accepted" };
  return { output: { status: "held", ...held }, did: "message_accepted", held };
}

/** Arguments as the tool takes them, or what is wrong with them, for the model to read. */
export type CheckedInput =
  | { readonly ok: true; readonly input: unknown }
  | { readonly ok: false; readonly fault: string };

/** A call of a run that only plays: nothing of it is kept. */
export interface PlayedCall {
  /** What a real run does at this place, in a sentence for people. */
  readonly would: string;
  readonly outcome: ToolOutcome;
}

/** A tool that an agent may call. `run` records what it does in the journal, always with steps of the same kinds. */
export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchemaObject;
  check(input: unknown): CheckedInput;
  /** Gets only what `check` let through. */
  run(input: unknown): Promise<ToolOutcome>;
  /**
   * Answers what `run` usually does and changes nothing; for runs that only play. A tool without it runs there as
   * always, and must change nothing of ours.
   */
  readonly play?: (input: unknown) => Promise<PlayedCall>;
}

/** Declares a tool by a zod schema, with its input's type kept. */
export function defineTool<I extends z.ZodType>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  run(input: z.output<I>): Promise<ToolOutcome>;
  readonly play?: (input: z.output<I>) => Promise<PlayedCall>;
}): AgentTool {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { io: "input" });
  const { play } = tool;
  return {
    name: tool.name,
    description: tool.description,
    inputSchema,
    check(input) {
      const parsed = tool.input.safeParse(input);
      if (parsed.success) return { ok: true, input: parsed.data };
      const faults = parsed.error.issues.map(({ path, message }) =>
        path.length === 0 ? message : `${path.join(".")}: ${message}`,
      );
      return { ok: false, fault: `${faults.join("; ")}.` };
    },
    // The loop hands over nothing but what `check` answered.
    run: (input) => tool.run(input as z.output<I>),
    ...(play === undefined ? {} : { play: (input: unknown) => play(input as z.output<I>) }),
  };
}

/** The tool as the model is told of it. */
export function describeTool({ name, description, inputSchema }: AgentTool): ModelTool {
  return { name, description, inputSchema };
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
  const checked = tool.check(call.input);
  if (checked.ok) return { tool, input: checked.input };
  const message = `The arguments of ${tool.name} do not fit its schema. ${checked.fault}`;
  return { fault: { code: "invalid_arguments", message } };
}
