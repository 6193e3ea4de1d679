import { z } from "zod";
import { type AgentTool, type AgentToolScope, defineTool, type ToolOutcome } from "../../agents/index.ts";
import { AppError } from "../../base/errors.ts";
import { newId, toId } from "../../base/ids.ts";
import { text } from "../../base/schemas.ts";
import { getExecution, type Reason } from "../../engine/index.ts";
import { findFollowUpTime, scheduleFollowUp } from "./follow-up.ts";

const yearSeconds = 31_536_000;

const input = z
  .strictObject({
    at: z
      .string()
      .max(40)
      .optional()
      .describe("Date and time such as 2027-03-01T09:00, in the zone in which you were told the time"),
    inSeconds: z
      .int()
      .min(60)
      .max(yearSeconds)
      .optional()
      .describe("Instead of `at`: how many seconds from now, 60 to 31536000"),
    instruction: text({ min: 1, max: 20_000 }).describe(
      "What is to be done then, for somebody who knows nothing of this conversation",
    ),
  })
  .refine(({ at, inSeconds }) => (at === undefined) !== (inSeconds === undefined), {
    error: "must have either at or inSeconds",
  });

/** Lets an agent come back to a contact later. */
export function followUpTool({ core, ctx, start }: AgentToolScope): AgentTool {
  return defineTool({
    name: "schedule_follow_up",
    description:
      "Arranges that you come back to this contact once, at a later time, with an instruction. " +
      "The same time again for the same conversation changes nothing.",
    input,
    run: (wish) =>
      ctx.transact<ToolOutcome>("tool_result", "schedule_follow_up", async (tx) => {
        const { execution } = ctx;
        const conversationId = (await getExecution(tx, execution.id))?.conversationId ?? null;
        const of = { execution, agentId: start.agent.id, contactId: start.contactId, conversationId };
        try {
          const { taskId, at, isKnown } = await scheduleFollowUp(core, tx, of, wish);
          const output = {
            status: isKnown ? "already_scheduled" : "scheduled",
            taskId: toId("task", taskId),
            at: at.toISOString(),
          };
          return { input: wish, output: { output, did: "changed" }, toolCall: true };
        } catch (error) {
          const reason = reasonOf(error);
          return {
            input: wish,
            output: { output: { status: "failed", reason } },
            error: reason,
            toolCall: true,
          };
        }
      }),
    async play(wish) {
      try {
        const at = await core.db.tenant(ctx.execution.workspaceId, (tx) =>
          findFollowUpTime(tx, start.contactId, wish),
        );
        const output = { status: "scheduled", taskId: toId("task", newId()), at: at.toISOString() };
        return { would: "Arranges a follow-up at that time.", outcome: { output, did: "changed" } };
      } catch (error) {
        const output = { status: "failed", reason: reasonOf(error) };
        return { would: "Arranges nothing.", outcome: { output } };
      }
    },
  });
}

/** What the rules refuse is an answer to the agent; anything else that is thrown is a fault of ours. */
function reasonOf(error: unknown): Reason {
  if (!(error instanceof AppError)) throw error;
  const faults = error.errors.map(({ path, message }) => `${path} ${message}`).join("; ");
  return { code: error.code, message: faults === "" ? error.message : faults };
}
