import { AppError, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import { getChannel, listChannels } from "../channels/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { announceConversation } from "./announce.ts";
import { findAnsweringAgent } from "./answering.ts";
import type { ClosedReason, Conversation } from "./conversation.ts";
import {
  type ConversationFilter,
  insertConversation,
  lockConversation,
  lockOpenConversation,
  type Parties,
  selectChannelsOfContact,
  selectConversation,
  selectConversations,
  updateConversation,
} from "./conversation-store.ts";
import { conversationErrors } from "./errors.ts";
import { hasUnanswered } from "./rules.ts";
import { endSessionRow, selectLiveSession } from "./session-store.ts";
import { arrangeAnswer } from "./turns.ts";
import { selectVisitedChannels } from "./visitor-store.ts";

/** Rounds of looking and inserting; each further one needs yet another transaction to open and close in between. */
const openingRounds = 10;

/**
 * The open conversation of a contact on a channel, locked until the end of the transaction; opens one if there is
 * none. `fresh` closes the open one first if an agent is in control, unless the contact waits for an answer in it or
 * the session of another task than the one named is live. Contact and channel must exist.
 */
export async function openConversation(
  core: Core,
  tx: TenantTx,
  wanted: Parties & { readonly fresh?: { readonly taskId: string } | undefined },
): Promise<Conversation> {
  const { contactId, channelId, fresh } = wanted;
  for (let round = 1; round <= openingRounds; round += 1) {
    const open = await lockOpenConversation(tx, { contactId, channelId });
    if (open !== undefined && !(fresh && (await mayBeReplaced(tx, open, fresh.taskId)))) return open;
    if (open !== undefined) await close(core, tx, open, "fresh");
    const opened = await insertConversation(tx, { id: newId(), contactId, channelId });
    if (opened !== undefined) {
      announceConversation(core, tx, opened.id);
      return opened;
    }
  }
  throw new Error("a conversation could not be opened: others open and close it all the time");
}

async function mayBeReplaced(tx: TenantTx, conversation: Conversation, taskId: string): Promise<boolean> {
  const { controller, turnExecutionId } = conversation;
  if (controller !== "agent" || turnExecutionId !== null || hasUnanswered(conversation)) return false;
  const session = await selectLiveSession(tx, conversation.id);
  return session === undefined || session.taskId === taskId;
}

/** Undefined if there is no such conversation in the workspace. */
export function getConversation(tx: TenantTx, id: string): Promise<Conversation | undefined> {
  return selectConversation(tx, id);
}

export function listConversations(
  tx: TenantTx,
  filter: ConversationFilter,
  page: Page,
): Promise<PageOf<Conversation>> {
  return selectConversations(tx, filter, page);
}

/** Closes a conversation and ends its session. Closing what is closed changes nothing. Throws 404. */
export async function closeConversation(
  core: Core,
  tx: TenantTx,
  closing: { readonly conversationId: string; readonly reason: ClosedReason },
): Promise<{ readonly before: Conversation; readonly after: Conversation }> {
  const before = await lockOrThrow(tx, closing.conversationId);
  if (before.status === "closed") return { before, after: before };
  return { before, after: await close(core, tx, before, closing.reason) };
}

async function close(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  reason: ClosedReason,
): Promise<Conversation> {
  await endSessionRow(tx, conversation.id, "closed");
  announceConversation(core, tx, conversation.id);
  return updateConversation(tx, conversation.id, { status: "closed", closedReason: reason, closedAt: "now" });
}

/**
 * Gives a conversation back to its agent, which then answers what the contact wrote since the person's last message.
 * Throws 404, 409 `conversation_closed`, and 409 `no_agent` if no agent may answer here.
 */
export async function handBack(
  core: Core,
  tx: TenantTx,
  conversationId: string,
): Promise<{ readonly before: Conversation; readonly after: Conversation }> {
  const before = await lockOrThrow(tx, conversationId);
  if (before.status === "closed") throw new AppError(conversationErrors.conversation_closed);
  if ((await findAnsweringAgent(tx, before)) === undefined) throw new AppError(conversationErrors.no_agent);
  const given = await updateConversation(tx, conversationId, { controller: "agent" });
  announceConversation(core, tx, conversationId);
  return { before, after: await arrangeAnswer(core, tx, given) };
}

async function lockOrThrow(tx: TenantTx, id: string): Promise<Conversation> {
  const conversation = requireFound(await lockConversation(tx, id), "conversation");
  return conversation;
}

/**
 * Where a contact can be written to: the connected channel it used last, else one it has visited, else the
 * workspace's only connected web channel. Undefined if there is none of these.
 */
export async function resolveChannel(tx: TenantTx, contactId: string): Promise<string | undefined> {
  const [used, visited, web] = await Promise.all([
    selectChannelsOfContact(tx, contactId),
    selectVisitedChannels(tx, contactId),
    listChannels(tx, { platform: "web", status: "connected" }, { limit: 2 }),
  ]);
  for (const { channelId } of [...used, ...visited])
    if ((await getChannel(tx, channelId))?.status === "connected") return channelId;
  return web.items.length === 1 ? web.items[0]?.id : undefined;
}
