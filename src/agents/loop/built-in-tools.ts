import { z } from "zod";
import { AppError } from "../../base/errors.ts";
import { newId, toId } from "../../base/ids.ts";
import { text } from "../../base/schemas.ts";
import { rememberFact } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core, ExecutionContext, Reason, StepKind, StepPayload } from "../../engine/index.ts";
import { describeTime } from "../local-time.ts";
import type { AgentRun, AgentStart } from "./agent-run.ts";
import { claimableOutcomes } from "./outcome.ts";
import type { OutgoingText, SendVerdict } from "./outgoing.ts";
import { type AgentTool, defineTool, describeSend, type ToolOutcome } from "./tool.ts";

/** The longest text that one message may have. */
export const longestMessage = 10_000;

const messageText = text({ min: 1, max: longestMessage }).describe("The message, as the contact reads it");

/** What the tools of one run work with. */
export interface ToolScope<D> {
  readonly core: Core;
  readonly ctx: ExecutionContext;
  readonly run: AgentRun<D>;
  readonly start: AgentStart<D>;
}

/** The tools of this run: what needs a contact only with one, `send_message` and `wait` not in replies. */
export function builtInTools<D>(scope: ToolScope<D>): readonly AgentTool[] {
  const isTask = scope.run.mode === "task";
  const hasContact = scope.start.contactId !== null;
  return [
    ...(isTask && hasContact ? [sendMessage(scope)] : []),
    ...(hasContact ? [remember(scope)] : []),
    ...(isTask ? [wait(scope)] : []),
    finish(scope.ctx, scope.run.mode),
  ];
}

/** Sends a text as one step of kind `message` and answers what became of it. */
export async function sendText<D>(
  { ctx, run, start }: ToolScope<D>,
  stepName: string,
  content: string,
  payload: Pick<StepPayload, "toolCall">,
): Promise<SendVerdict> {
  return await ctx.transact("message", stepName, async (tx, { seq, idempotencyKey }) => {
    const message: OutgoingText = { text: content, stepSeq: seq, idempotencyKey };
    const verdict = await refusalOf(() => run.send(tx, message, start));
    return {
      ...payload,
      input: { text: content },
      output: verdict,
      ...(verdict.accepted ? {} : { error: verdict.reason }),
    };
  });
}

/** What the rules refuse is an answer to the agent; anything else that is thrown is a fault of ours. */
async function refusalOf(send: () => Promise<SendVerdict>): Promise<SendVerdict> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { accepted: false, messageId: null, reason: { code: error.code, message: error.message } };
  }
}

function sendMessage<D>(scope: ToolScope<D>): AgentTool {
  return defineTool({
    name: "send_message",
    description:
      "Sends a message to the contact. This is the only way to reach them: whatever else you write stays a note. " +
      "If it is refused, do not try the same again; the reason says why. One that is held goes out by itself later.",
    input: z.strictObject({ text: messageText }),
    async run(input) {
      return describeSend(await sendText(scope, "send_message", input.text, { toolCall: true }));
    },
  });
}

function remember<D>({ ctx, start }: ToolScope<D>): AgentTool {
  return defineTool({
    name: "remember",
    description:
      "Keeps a fact about the contact for later work. With a key it replaces what was kept under that key.",
    input: z.strictObject({
      text: text({ min: 1, max: 2_000 }).describe("The fact in a sentence"),
      key: text({ min: 1, max: 100 }).nullish().describe("A short name, such as preferred_time"),
      value: z
        .union([z.string().max(2_000), z.number(), z.boolean()])
        .nullish()
        .describe("The fact as a value, where it is one"),
      expiresInDays: z.int().min(1).max(3_650).nullish().describe("After how many days it is forgotten"),
    }),
    async run(input) {
      return await transactTool(ctx, "tool_result", "remember", input, async (tx) => {
        const { contactId } = start;
        if (contactId === null) throw new Error("remember was offered without a contact");
        const id = await rememberFact(tx, {
          contactId,
          text: input.text,
          key: input.key ?? undefined,
          value: input.value ?? undefined,
          expiresInDays: input.expiresInDays ?? undefined,
          source: "agent",
          executionId: ctx.execution.id,
        });
        return describeRemembered(id);
      });
    },
    play: async () => ({
      would: "Keeps this fact about the contact.",
      outcome: describeRemembered(newId()),
    }),
  });
}

function describeRemembered(id: string): ToolOutcome {
  return { output: { status: "remembered", factId: toId("memory", id) }, did: "changed" };
}

function wait<D>({ core, ctx, start: { timezone } }: ToolScope<D>): AgentTool {
  return defineTool({
    name: "wait",
    description:
      "Waits before you go on, and tells what time it is then. Waiting time does not count against your time.",
    input: z.strictObject({ seconds: z.int().min(1).max(300).describe("Whole seconds, 1 to 300") }),
    async run(input) {
      await ctx.wait("wait", input.seconds, { input, toolCall: true });
      if (timezone === undefined) return describeWaited(input);
      // On record, since a later attempt must tell the model the same; it may have become later than asked for.
      const now = await ctx.step("note", "time", async () => ({
        output: sayTime(core.clock.now(), timezone),
      }));
      return describeWaited(input, now);
    },
    async play(input) {
      const then = new Date(core.clock.now().getTime() + input.seconds * 1_000);
      const now = timezone === undefined ? undefined : sayTime(then, timezone);
      return { would: `Waits ${input.seconds} s.`, outcome: describeWaited(input, now) };
    },
  });
}

function sayTime(at: Date, timezone: string): string {
  return `${describeTime(at, timezone)}, ${timezone}`;
}

function describeWaited({ seconds }: { readonly seconds: number }, now?: string): ToolOutcome {
  return { output: { status: "waited", seconds, ...(now === undefined ? {} : { now }) } };
}

function finish(ctx: ExecutionContext, mode: AgentRun<unknown>["mode"]): AgentTool {
  return defineTool({
    name: "finish",
    description:
      mode === "task"
        ? "Ends the work. Say what came of it; what really happened is checked."
        : "Ends the turn. Text that you write beside this call is still sent; without any, the contact gets no answer.",
    input: z.strictObject({
      outcome: z.enum(claimableOutcomes).describe("What came of the work"),
      summary: text({ min: 1, max: 2_000 }).describe(
        "For colleagues: what was done and why, in a few sentences",
      ),
    }),
    async run(input) {
      return await ctx.step<ToolOutcome>("tool_result", "finish", async () => ({
        input,
        output: { output: { status: "finished" }, finish: input },
        toolCall: true,
      }));
    },
  });
}

/** A change of our own tables as one step; what the rules refuse becomes the tool's answer. */
async function transactTool(
  ctx: ExecutionContext,
  kind: StepKind,
  name: string,
  input: unknown,
  work: (tx: TenantTx) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  return await ctx.transact<ToolOutcome>(kind, name, async (tx) => {
    try {
      return { input, output: await work(tx), toolCall: true };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const reason: Reason = { code: error.code, message: error.message };
      return { input, output: { output: { status: "failed", reason } }, error: reason, toolCall: true };
    }
  });
}
