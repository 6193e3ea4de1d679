import { sql } from "kysely";
import type { Database, TenantTx } from "../db/index.ts";
import type {
  ClosedReason,
  CloserKind,
  Controller,
  Conversation,
  ConversationStatus,
} from "./conversation.ts";

const columns = [
  "id",
  "channelId",
  "contactId",
  "ordinal",
  "status",
  "controller",
  "lastSeq",
  "lastInboundSeq",
  "takenSeq",
  "turnExecutionId",
  "turnStartedAt",
  "lastMessageAt",
  "lastInboundAt",
  "closedAt",
  "closedReason",
  "closedByKind",
  "closedById",
  "closedNote",
  "createdAt",
  "updatedAt",
] as const;

type Checked = "status" | "controller" | "closedReason" | "closedByKind";
type ConversationRow = Omit<Conversation, Checked> & {
  readonly status: string;
  readonly controller: string;
  readonly closedReason: string | null;
  readonly closedByKind: string | null;
};

/** The columns' checks allow no other values than those of the types. */
export function toConversation(row: ConversationRow): Conversation {
  return {
    ...row,
    status: row.status as ConversationStatus,
    controller: row.controller as Controller,
    closedReason: row.closedReason as ClosedReason | null,
    closedByKind: row.closedByKind as CloserKind | null,
  };
}

/** A query for conversations of the workspace, to be narrowed. */
export function conversations(tx: TenantTx) {
  return tx.db.selectFrom("conversations").select(columns).where("workspaceId", "=", tx.workspaceId);
}

/** Locks a conversation until the end of the transaction; whoever writes into it does this first. */
export async function lockConversation(tx: TenantTx, id: string): Promise<Conversation | undefined> {
  const row = await conversations(tx).where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
  return row === undefined ? undefined : toConversation(row);
}

/** Locks many conversations in order of id, with one statement. */
export async function lockConversations(tx: TenantTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: "lock_conversations",
    text: `select from conversations where workspace_id = $1 and id = any($2::uuid[]) order by id for no key update`,
    values: [tx.workspaceId, ids],
  });
}

export interface Parties {
  readonly contactId: string;
  readonly channelId: string;
}

export async function lockOpenConversation(
  tx: TenantTx,
  parties: Parties,
): Promise<Conversation | undefined> {
  const row = await conversations(tx)
    .where("contactId", "=", parties.contactId)
    .where("channelId", "=", parties.channelId)
    .where("status", "=", "open")
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : toConversation(row);
}

/** Undefined if another transaction opened one first, or took the ordinal: look again. */
export async function insertConversation(
  tx: TenantTx,
  conversation: Parties & { readonly id: string },
): Promise<Conversation | undefined> {
  const { id, contactId, channelId } = conversation;
  const row = await tx.db
    .insertInto("conversations")
    .values({
      workspaceId: tx.workspaceId,
      id,
      contactId,
      channelId,
      ordinal: sql<number>`(select coalesce(max(ordinal), 0) + 1 from conversations
        where workspace_id = ${tx.workspaceId} and contact_id = ${contactId} and channel_id = ${channelId})`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toConversation(row);
}

export async function selectConversation(tx: TenantTx, id: string): Promise<Conversation | undefined> {
  const row = await conversations(tx).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toConversation(row);
}

/** What a locked conversation can be changed to; `now` stands for the database's clock. */
export interface ConversationChange {
  readonly status?: "closed";
  readonly closedReason?: ClosedReason;
  readonly closedByKind?: CloserKind;
  readonly closedById?: string | null;
  readonly closedNote?: string | null;
  readonly closedAt?: "now";
  readonly controller?: Controller;
  readonly lastSeq?: number;
  readonly lastInboundSeq?: number;
  readonly takenSeq?: number;
  readonly turnExecutionId?: string | null;
  readonly turnStartedAt?: "now" | null;
  readonly lastMessageAt?: "now";
  readonly lastInboundAt?: "now";
}

const now = sql<Date>`clock_timestamp()`;

/** Changes a conversation that the transaction has locked, and answers it as it is now. */
export async function updateConversation(
  tx: TenantTx,
  id: string,
  change: ConversationChange,
): Promise<Conversation> {
  const { closedAt, turnStartedAt, lastMessageAt, lastInboundAt, ...plain } = change;
  const row = await tx.db
    .updateTable("conversations")
    .set({
      ...plain,
      ...(closedAt === undefined ? {} : { closedAt: now }),
      ...(turnStartedAt === undefined ? {} : { turnStartedAt: turnStartedAt === null ? null : now }),
      ...(lastMessageAt === undefined ? {} : { lastMessageAt: now }),
      ...(lastInboundAt === undefined ? {} : { lastInboundAt: now }),
      updatedAt: now,
    })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toConversation(row);
}

const channelsTried = 20;

/** The channels on which a contact has conversations, the most recently used first. */
export async function selectChannelsOfContact(
  tx: TenantTx,
  contactId: string,
): Promise<readonly { readonly channelId: string }[]> {
  return tx.db
    .selectFrom("conversations")
    .select("channelId")
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", contactId)
    .groupBy("channelId")
    .orderBy((order) => order.fn.max("lastMessageAt"), "desc")
    .limit(channelsTried)
    .execute();
}

/** Open conversations in which the contact waits and no person is in control, in order of id. */
export async function selectUnanswered(
  tx: TenantTx,
  page: {
    readonly channelId: string | undefined;
    readonly after: string | undefined;
    readonly limit: number;
  },
): Promise<readonly string[]> {
  let query = tx.db
    .selectFrom("conversations")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("status", "=", "open")
    .whereRef("lastInboundSeq", ">", "takenSeq")
    .where("controller", "<>", "human")
    .orderBy("id")
    .limit(page.limit);
  if (page.channelId !== undefined) query = query.where("channelId", "=", page.channelId);
  if (page.after !== undefined) query = query.where("id", ">", page.after);
  return (await query.execute()).map(({ id }) => id);
}

export async function hasConversations(tx: TenantTx, channelId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom("conversations")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("channelId", "=", channelId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether contacts other than these have conversations on a channel. */
export async function hasConversationsOfOthers(
  tx: TenantTx,
  channelId: string,
  contactIds: readonly string[],
): Promise<boolean> {
  let query = tx.db
    .selectFrom("conversations")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("channelId", "=", channelId);
  if (contactIds.length > 0) query = query.where("contactId", "not in", contactIds);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}

export type PartyOf = { readonly contactId: string } | { readonly channelId: string };

/** All conversations of a contact or a channel. */
export async function selectIdsOf(tx: TenantTx, of: PartyOf): Promise<readonly string[]> {
  const all = tx.db.selectFrom("conversations").select("id").where("workspaceId", "=", tx.workspaceId);
  const rows = await ("contactId" in of
    ? all.where("contactId", "=", of.contactId)
    : all.where("channelId", "=", of.channelId)
  ).execute();
  return rows.map(({ id }) => id);
}

/**
 * Frees a contact's or a channel's conversations from their turns, so that the end of those changes nothing any more;
 * answers the executions that were to answer.
 */
export async function releaseTurns(tx: TenantTx, of: PartyOf): Promise<readonly string[]> {
  const [column, id] = "contactId" in of ? ["contact_id", of.contactId] : ["channel_id", of.channelId];
  const { rows } = await tx.query<{ turn_execution_id: string }>({
    text: `with held as (select id, turn_execution_id from conversations
        where workspace_id = $1 and ${column} = $2 and turn_execution_id is not null order by id for no key update)
      update conversations c set turn_execution_id = null, turn_started_at = null, updated_at = clock_timestamp()
      from held where c.workspace_id = $1 and c.id = held.id returning held.turn_execution_id`,
    values: [tx.workspaceId, id],
  });
  return rows.map((row) => row.turn_execution_id);
}

/**
 * Nothing was written for `w.seconds`, and no person is in control, no session live, no turn under way, no message held,
 * and the contact does not wait for the end of a freeze or of a disabled channel. now(), since an index is not asked
 * for what is compared with clock_timestamp().
 */
const isIdle = `c.status = 'open' and c.last_message_at < now() - w.seconds * interval '1 second'
  and c.controller <> 'human' and c.turn_execution_id is null
  and not (c.controller = 'agent' and c.last_inbound_seq > c.taken_seq)
  and not exists (select from conversation_sessions s
    where s.workspace_id = c.workspace_id and s.conversation_id = c.id and s.ended_at is null
      and s.expires_at > clock_timestamp())
  and not exists (select from held_messages h where h.workspace_id = c.workspace_id and h.conversation_id = c.id)`;

/**
 * Up to `limit` idle conversations of all workspaces, of each those that were written in longest ago first. Each
 * workspace has its own time, so each is looked up in the index by itself.
 */
export async function selectIdle(
  db: Database,
  idleClosing: readonly { readonly workspaceId: string; readonly seconds: number }[],
  limit: number,
): Promise<readonly { readonly workspaceId: string; readonly id: string }[]> {
  const { rows } = await db.autocommit.query<{ workspace_id: string; id: string }>({
    text: `select idle.workspace_id, idle.id from unnest($1::uuid[], $2::int[]) as w (id, seconds)
      cross join lateral (select c.workspace_id, c.id from conversations c
        where c.workspace_id = w.id and ${isIdle} order by c.last_message_at limit $3) idle
      limit $3`,
    values: [
      idleClosing.map(({ workspaceId }) => workspaceId),
      idleClosing.map(({ seconds }) => seconds),
      limit,
    ],
  });
  return rows.map((row) => ({ workspaceId: row.workspace_id, id: row.id }));
}

/** Closes a conversation if it is idle and nobody has locked it; answers it as it is then. */
export async function closeIdleRow(
  tx: TenantTx,
  id: string,
  seconds: number,
): Promise<Conversation | undefined> {
  const { rowCount } = await tx.query({
    text: `with idle as (select c.workspace_id, c.id from conversations c
        cross join (select $3::int as seconds) w
        where c.workspace_id = $1 and c.id = $2 and ${isIdle} for no key update of c skip locked)
      update conversations c set status = 'closed', closed_at = clock_timestamp(), closed_reason = 'idle',
        closed_by_kind = 'system', updated_at = clock_timestamp()
      from idle where c.workspace_id = idle.workspace_id and c.id = idle.id`,
    values: [tx.workspaceId, id, seconds],
  });
  return rowCount === 1 ? selectConversation(tx, id) : undefined;
}
