import { AppError } from "../../base/errors.ts";
import { getContact } from "../../contacts/index.ts";
import { getConversation } from "../../conversations/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core, Execution } from "../../engine/index.ts";
import { getWorkspace } from "../../workspaces/index.ts";
import { taskErrors } from "../errors.ts";
import { readNow, selectTask } from "../store.ts";
import { createTask } from "../tasks.ts";
import { nameOf, onceAt, readTime, toFullMinute } from "./rules.ts";
import { countOpenFollowUps, type FollowUp, insertFollowUp, lockFollowUps, selectFollowUp } from "./store.ts";

/** An agent that wants one more than this for a contact has lost its way. */
const mostOpen = 20;

export interface FollowUpWish {
  /** Date and time with an offset, or in the zone that the agent was told the time in. */
  readonly at?: string | undefined;
  readonly inSeconds?: number | undefined;
  readonly instruction: string;
}

export interface ArrangedFollowUp {
  readonly taskId: string;
  readonly at: Date;
  /** True: there was one at that time for the same conversation, and nothing was made. */
  readonly isKnown: boolean;
}

/**
 * Makes a `once` task with the agent, contact, channel and conversation of an execution. One conversation and time have
 * one follow-up. Throws 422 for a time that is none or past, and 409 `too_many_follow_ups`.
 */
export async function scheduleFollowUp(
  core: Core,
  tx: TenantTx,
  of: {
    readonly execution: Pick<Execution, "taskId">;
    readonly agentId: string;
    readonly contactId: string | null;
    readonly conversationId: string | null;
  },
  wish: FollowUpWish,
): Promise<ArrangedFollowUp> {
  const { agentId, contactId } = of;
  await lockFollowUps(tx, contactId);
  const [task, contact, conversation, workspace, now] = await Promise.all([
    of.execution.taskId === null ? undefined : selectTask(tx, of.execution.taskId),
    contactId === null ? undefined : getContact(tx, contactId),
    of.conversationId === null ? undefined : getConversation(tx, of.conversationId),
    getWorkspace(tx),
    readNow(tx),
  ]);
  const timezone = task?.schedule?.timezone ?? contact?.timezone ?? workspace.timezone;
  const at = timeOf(wish, timezone, now);
  // The channel of a task may be chosen at each run; the conversation has one.
  const place =
    conversation !== undefined && conversation.contactId === contactId
      ? { conversationId: conversation.id, channelId: conversation.channelId }
      : { conversationId: null, channelId: contactId === null ? null : (task?.channelId ?? null) };
  const followUp: FollowUp = { contactId, conversationId: place.conversationId, dueAt: at };
  const known = await selectFollowUp(tx, followUp);
  if (known !== undefined) return { taskId: known, at, isKnown: true };
  if ((await countOpenFollowUps(tx, contactId)) >= mostOpen)
    throw new AppError(taskErrors.too_many_follow_ups, {
      message: `There are ${mostOpen} open follow-ups for this contact already; let one of them come first.`,
    });
  const made = await createTask(
    core,
    tx,
    {
      name: nameOf(wish.instruction),
      description: wish.instruction,
      schedule: onceAt(at, timezone),
      ...{ agentId, contactId, ...place },
    },
    { caller: null, requestId: null },
  );
  await insertFollowUp(tx, made.id, followUp);
  return { taskId: made.id, at, isKnown: false };
}

/** When a follow-up for the contact would come, without making it. Throws 422 for a time that is none or past. */
export async function findFollowUpTime(
  tx: TenantTx,
  contactId: string | null,
  wish: FollowUpWish,
): Promise<Date> {
  const [contact, workspace, now] = await Promise.all([
    contactId === null ? undefined : getContact(tx, contactId),
    getWorkspace(tx),
    readNow(tx),
  ]);
  return timeOf(wish, contact?.timezone ?? workspace.timezone, now);
}

function timeOf(wish: FollowUpWish, timezone: string, now: Date): Date {
  const { at, inSeconds = 0 } = wish;
  const time = at === undefined ? new Date(now.getTime() + inSeconds * 1_000) : readTime(at, timezone);
  if (time === undefined)
    throw new AppError(taskErrors.follow_up_time_invalid, {
      message: `"${at}" is no date and time; write it like 2027-03-01T09:00 (${timezone}) or 2027-03-01T09:00:00Z.`,
    });
  if (time <= now)
    throw new AppError(taskErrors.follow_up_time_invalid, {
      message: `${time.toISOString()} is past; it is ${now.toISOString()} now.`,
    });
  return toFullMinute(time);
}
