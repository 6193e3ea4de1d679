import { AppError, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import { getChannel, listChannels } from "../channels/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type Origin, recordDifference } from "../workspaces/index.ts";
import { announceConversation, announceOpening } from "./announce.ts";
import { findAnsweringAgent } from "./answering.ts";
import type { ClosedReason, CloserKind, Conversation } from "./conversation.ts";
import {
  type ConversationFilter,
  selectConversations,
  selectConversationsByLastMessage,
} from "./conversation-list-store.ts";
import {
  insertConversation,
  lockConversation,
  lockOpenConversation,
  type Parties,
  selectChannelsOfContact,
  selectConversation,
  updateConversation,
} from "./conversation-store.ts";
import { conversationErrors } from "./errors.ts";
import { conversationClosed } from "./extension-points.ts";
import { hasHeld, hurryHeld } from "./held/held-store.ts";
import { askAgain } from "./held/release.ts";
import { hasUnanswered } from "./rules.ts";
import { endSessionRow, selectLiveSession } from "./session-store.ts";
import { arrangeAnswer } from "./turns.ts";
import { selectVisitedChannels } from "./visitor-store.ts";

/** Rounds of looking and inserting; each further one needs yet another transaction to open and close in between. */
const openingRounds = 10;

/** A task's wish for a conversation of its own. */
export interface FreshOpening {
  readonly taskId: string;
  /** True: it replaces the live session of another task, too. */
  readonly overOthers: boolean;
}

/**
 * The open conversation of a contact on a channel, locked until the end of the transaction; opens one if there is
 * none. `fresh` closes the open one first if an agent is in control, unless the contact waits for an answer in it, a
 * message is held there, or a session is live that it may not replace. The session in it ends `superseded`. Contact and
 * channel must exist.
 */
export async function openConversation(
  core: Core,
  tx: TenantTx,
  wanted: Parties & { readonly fresh?: FreshOpening | undefined },
): Promise<Conversation> {
  const { contactId, channelId, fresh } = wanted;
  for (let round = 1; round <= openingRounds; round += 1) {
    const open = await lockOpenConversation(tx, { contactId, channelId });
    if (open !== undefined && !(fresh && (await mayBeReplaced(tx, open, fresh)))) return open;
    if (open !== undefined) {
      await endSessionRow(tx, open.id, "superseded");
      await close(core, tx, open, { reason: "fresh", ...bySystem });
    }
    const opened = await insertConversation(tx, { id: newId(), contactId, channelId });
    if (opened !== undefined) {
      announceConversation(tx, opened.id);
      announceOpening(core, tx, opened);
      return opened;
    }
  }
  throw new Error("a conversation could not be opened: others open and close it all the time");
}

async function mayBeReplaced(
  tx: TenantTx,
  conversation: Conversation,
  fresh: FreshOpening,
): Promise<boolean> {
  const { controller, turnExecutionId } = conversation;
  if (controller !== "agent" || turnExecutionId !== null || hasUnanswered(conversation)) return false;
  const [session, isHolding] = await Promise.all([
    selectLiveSession(tx, conversation.id),
    hasHeld(tx, conversation.id),
  ]);
  if (isHolding || session === undefined) return !isHolding;
  return session.kind === "task" && (fresh.overOthers || session.taskId === fresh.taskId);
}

/** Undefined if there is no such conversation in the workspace. */
export function getConversation(tx: TenantTx, id: string): Promise<Conversation | undefined> {
  return selectConversation(tx, id);
}

/** Conversations, newest first. */
export function listConversations(
  tx: TenantTx,
  filter: ConversationFilter,
  page: Page,
): Promise<PageOf<Conversation>> {
  return selectConversations(tx, filter, page);
}

/** Conversations, the one with the latest message first. One that gets a message meanwhile moves to the first page. */
export function listConversationsByLastMessage(
  tx: TenantTx,
  filter: ConversationFilter,
  page: Page,
): Promise<PageOf<Conversation>> {
  return selectConversationsByLastMessage(tx, filter, page);
}

/**
 * Closes a conversation and ends its session; what it holds is refused. `note` is what somebody says about it. Closing
 * what is closed changes nothing. Throws 404.
 */
export async function closeConversation(
  core: Core,
  tx: TenantTx,
  closing: {
    readonly conversationId: string;
    readonly reason: ClosedReason;
    readonly note?: string | undefined;
  },
  origin: Origin,
): Promise<Conversation> {
  const before = await lockOrThrow(tx, closing.conversationId);
  if (before.status === "closed") return before;
  const { caller } = origin;
  const by = caller === null ? bySystem : { byKind: caller.kind, byId: caller.id };
  const after = await close(core, tx, before, { ...by, reason: closing.reason, note: closing.note });
  await record(tx, origin, "conversation.close", before, after);
  return after;
}

interface Closing {
  readonly reason: ClosedReason;
  readonly byKind: CloserKind;
  readonly byId: string | null;
  readonly note?: string | undefined;
}

const bySystem = { byKind: "system", byId: null } as const;

async function close(
  core: Core,
  tx: TenantTx,
  conversation: Conversation,
  { reason, byKind, byId, note }: Closing,
): Promise<Conversation> {
  await endSessionRow(tx, conversation.id, "closed");
  announceConversation(tx, conversation.id);
  const closed = await updateConversation(tx, conversation.id, {
    status: "closed",
    closedReason: reason,
    closedByKind: byKind,
    closedById: byId,
    closedNote: note ?? null,
    closedAt: "now",
  });
  // The gate refuses what a closed conversation holds.
  if (await hasHeld(tx, conversation.id)) await askAgain(core, tx, conversation.id);
  await tellOfClosing(core, tx, closed);
  return closed;
}

/** Tells the modules above that a conversation was closed. */
export async function tellOfClosing(core: Core, tx: TenantTx, closed: Conversation): Promise<void> {
  for (const handle of core.extensions.of(conversationClosed)) await handle(tx, closed);
}

/**
 * Gives a conversation back to its agent, which then answers what the contact wrote since the person's last message.
 * Throws 404, 409 `conversation_closed`, and 409 `no_agent` if no agent may answer here.
 */
export async function handBack(
  core: Core,
  tx: TenantTx,
  conversationId: string,
  origin: Origin,
): Promise<Conversation> {
  const before = await lockOrThrow(tx, conversationId);
  if (before.status === "closed") throw new AppError(conversationErrors.conversation_closed);
  if ((await findAnsweringAgent(tx, before)) === undefined) throw new AppError(conversationErrors.no_agent);
  const given = await updateConversation(tx, conversationId, { controller: "agent" });
  announceConversation(tx, conversationId);
  await hurryHeld(tx, { conversationId });
  const after = await arrangeAnswer(core, tx, given);
  await record(tx, origin, "conversation.hand_back", before, after);
  return after;
}

const audited = [
  "status",
  "controller",
  "closedReason",
  "closedNote",
] as const satisfies readonly (keyof Conversation)[];

function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: Conversation,
  after: Conversation,
): Promise<void> {
  return recordDifference(tx, { ...origin, action, kind: "conversation", before, after, fields: audited });
}

async function lockOrThrow(tx: TenantTx, id: string): Promise<Conversation> {
  return requireFound(await lockConversation(tx, id), "conversation");
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
