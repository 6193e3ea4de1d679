import { z } from "zod";
import {
  type AgentTool,
  type AgentToolScope,
  defineTool,
  describeSend,
  type SendVerdict,
} from "../../agents/index.ts";
import { AppError } from "../../base/errors.ts";
import { fromId } from "../../base/ids.ts";
import { text } from "../../base/schemas.ts";
import { getContact } from "../../contacts/index.ts";
import { resolveChannel } from "../../conversations/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core, Execution } from "../../engine/index.ts";
import { type OutgoingForTask, sendForTask } from "../conversation.ts";
import type { AnyContactWriting } from "./writing.ts";

const input = z.strictObject({
  contactId: z.string().min(1).max(60).describe("The contactId that find_contacts answered"),
  text: text({ min: 1, max: 10_000 }).describe("The message, as the contact reads it"),
});

/** Lets an agent that works for no contact in particular write to one, through the gate like everybody. */
export function sendToContactTool(
  { core, ctx, start }: AgentToolScope,
  anyContact: AnyContactWriting["anyContact"],
): AgentTool {
  return defineTool({
    name: "send_message",
    description:
      "Sends a message to a contact. This is the only way to reach them: whatever else you write stays a note. " +
      "If it is refused, do not try the same again; the reason says why. One that is held goes out by itself later.",
    input,
    async run(wanted) {
      const verdict = await ctx.transact<SendVerdict>("message", "send_message", async (tx, step) => {
        const output = await sendToContact(core, tx, ctx.execution, {
          ...{ anyContact, contactId: wanted.contactId, agentId: start.agent.id },
          message: { text: wanted.text, stepSeq: step.seq, idempotencyKey: step.idempotencyKey },
          alreadyPaid: ctx.usage.iterations > 0,
        });
        return {
          input: wanted,
          output,
          toolCall: true,
          ...(output.accepted ? {} : { error: output.reason }),
        };
      });
      return describeSend(verdict);
    },
  });
}

async function sendToContact(
  core: Core,
  tx: TenantTx,
  execution: Execution,
  {
    anyContact,
    contactId: id,
    ...outgoing
  }: Omit<OutgoingForTask, "writing"> & {
    readonly anyContact: AnyContactWriting["anyContact"];
    /** As the API writes it. */
    readonly contactId: string;
  },
): Promise<SendVerdict> {
  const contactId = fromId("contact", id);
  if (contactId === undefined || (await getContact(tx, contactId)) === undefined)
    return refuse("not_found", `There is no contact ${id}; find_contacts answers their ids.`);
  const channelId = anyContact.channelId ?? (await resolveChannel(tx, contactId));
  if (channelId === undefined)
    return refuse("channel_required", "The task names no channel and the contact cannot be reached on any.");
  const writing = { ...anyContact, contactId, channelId };
  try {
    return await sendForTask(core, tx, execution, { ...outgoing, writing });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refuse(error.code, error.message);
  }
}

function refuse(code: string, message: string): SendVerdict {
  return { accepted: false, messageId: null, reason: { code, message } };
}
