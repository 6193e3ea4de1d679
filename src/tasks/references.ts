import { findDefaultAgent, getAgent } from "../agents/index.ts";
import { AppError, type FieldError, invalidFields, notFoundAt } from "../base/errors.ts";
import { toId } from "../base/ids.ts";
import { getChannel } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import { getConversation, resolveChannel } from "../conversations/index.ts";
import type { TenantTx } from "../db/index.ts";
import { taskErrors } from "./errors.ts";
import { checkSchedule, type Schedule } from "./schedule/index.ts";
import type { Audience } from "./task.ts";

/**
 * What a task points to, as far as it is being set; absent is not looked at. Contact, audience, channel and
 * conversation depend on each other and come together or not at all.
 */
export interface References {
  readonly agentId?: string | null | undefined;
  readonly addressee?: Addressee | undefined;
  /** What a `relative` schedule needs, as it will be; with a change of any of it. */
  readonly about?: Pick<Addressee, "contactId" | "audience"> & { readonly schedule: Schedule | null };
  readonly schedule?: Schedule | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

export interface Addressee {
  readonly contactId: string | null;
  readonly audience: Audience | null;
  readonly channelId: string | null;
  readonly conversationId: string | null;
}

/** Told as the problem's own code where they are the only fault. */
const ownCodes = [taskErrors.agent_disabled, taskErrors.agent_required, taskErrors.channel_required];

/**
 * Checks what a task would point to, all at once. Throws 422 with every fault at its path; with the code
 * `agent_disabled`, `agent_required` or `channel_required` if that is the only one.
 */
export async function checkReferences(tx: TenantTx, references: References, now: Date): Promise<void> {
  const [agent, addressee] = await Promise.all([
    checkAgent(tx, references.agentId),
    references.addressee === undefined ? [] : checkAddressee(tx, references.addressee),
  ]);
  const faults = [
    agent,
    ...addressee,
    checkAttributeOwner(references.about),
    ...checkScheduleFields(references.schedule, now),
    checkExpiry(references.expiresAt, now),
  ].filter((fault) => fault !== undefined);
  const [first] = faults;
  if (first === undefined) return;
  const code = ownCodes.find((known) => known.code === first.code);
  if (faults.length === 1 && code !== undefined) throw new AppError(code, { errors: faults });
  throw invalidFields(...faults);
}

async function checkAgent(tx: TenantTx, agentId: string | null | undefined): Promise<FieldError | undefined> {
  if (agentId === undefined) return undefined;
  if (agentId !== null) {
    const agent = await getAgent(tx, agentId);
    if (agent === undefined) return notFoundAt("agentId", "agent");
    if (agent.enabled) return undefined;
    return {
      path: "agentId",
      code: taskErrors.agent_disabled.code,
      message: `must be the id of an enabled agent; "${agent.name}" is disabled`,
    };
  }
  if ((await findDefaultAgent(tx)) !== undefined) return undefined;
  return {
    path: "agentId",
    code: taskErrors.agent_required.code,
    message: "must be the id of an agent, since the workspace has no default agent",
  };
}

async function checkAddressee(tx: TenantTx, addressee: Addressee): Promise<readonly FieldError[]> {
  const { contactId, audience, channelId, conversationId } = addressee;
  const faults: FieldError[] = [];
  const [contact, channel] = await Promise.all([
    contactId === null ? undefined : getContact(tx, contactId),
    channelId === null ? undefined : getChannel(tx, channelId),
  ]);
  if (contactId !== null && contact === undefined) faults.push(notFoundAt("contactId", "contact"));
  if (channelId !== null && channel === undefined) faults.push(notFoundAt("channelId", "channel"));
  if (contactId !== null && audience !== null)
    faults.push({
      path: "audience",
      code: "contact_and_audience",
      message: "must be null where the task has a contactId: a task is about one of them, or neither",
    });
  if (conversationId !== null) faults.push(...(await checkConversation(tx, addressee, conversationId)));
  else if (contact !== undefined && channelId === null && !(await isReachable(tx, contact.id)))
    faults.push({
      path: "channelId",
      code: taskErrors.channel_required.code,
      message:
        "must be the id of a channel: the contact has used none, and the workspace does not have exactly one connected web channel",
    });
  return faults;
}

function checkAttributeOwner(about: References["about"]): FieldError | undefined {
  if (about?.schedule?.kind !== "relative" || about.contactId !== null || about.audience !== null)
    return undefined;
  return {
    path: "schedule.kind",
    code: "contact_required",
    message:
      "must be another kind, or the task must have a contactId or an audience whose attribute it follows",
  };
}

async function isReachable(tx: TenantTx, contactId: string): Promise<boolean> {
  return (await resolveChannel(tx, contactId)) !== undefined;
}

async function checkConversation(
  tx: TenantTx,
  { contactId, channelId }: Addressee,
  conversationId: string,
): Promise<readonly FieldError[]> {
  const conversation = await getConversation(tx, conversationId);
  if (conversation === undefined) return [notFoundAt("conversationId", "conversation")];
  if (contactId === null)
    return [
      {
        path: "conversationId",
        code: "contact_required",
        message: `must be null, or contactId must be the conversation's, ${toId("contact", conversation.contactId)}`,
      },
    ];
  const faults: FieldError[] = [];
  if (conversation.contactId !== contactId)
    faults.push({
      path: "conversationId",
      code: "conversation_of_another_contact",
      message: "must be the id of a conversation with the task's contact",
    });
  else if (channelId !== null && conversation.channelId !== channelId)
    faults.push({
      path: "channelId",
      code: "conversation_on_another_channel",
      message: `must be null or the conversation's channel, ${toId("channel", conversation.channelId)}`,
    });
  return faults;
}

function checkScheduleFields(schedule: Schedule | null | undefined, now: Date): readonly FieldError[] {
  if (schedule === undefined || schedule === null) return [];
  return checkSchedule(schedule, now).map(({ path, code, message }) => ({
    path: `schedule.${path}`,
    code,
    message,
  }));
}

function checkExpiry(expiresAt: Date | null | undefined, now: Date): FieldError | undefined {
  if (expiresAt === undefined || expiresAt === null || expiresAt > now) return undefined;
  return {
    path: "expiresAt",
    code: "expires_in_past",
    message: "must be later than now",
  };
}
