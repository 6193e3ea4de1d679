import { sql } from "kysely";
import type { Database, TenantTx } from "../db/index.ts";
import type { MessageStatus } from "./conversation.ts";

/** One browser or program that speaks as a contact on a web channel. */
export interface Visitor {
  readonly workspaceId: string;
  readonly id: string;
  readonly channelId: string;
  readonly contactId: string;
}

export async function insertVisitor(
  tx: TenantTx,
  visitor: Omit<Visitor, "workspaceId"> & {
    readonly tokenHash: Buffer;
    readonly verified: boolean;
    /** Null: the token is valid for as long as contact and channel are there. */
    readonly expiresAt: Date | null;
  },
): Promise<void> {
  await tx.db
    .insertInto("webVisitors")
    .values({ workspaceId: tx.workspaceId, ...visitor })
    .execute();
}

/** Takes away tokens of the contact on the channel whose time is over. */
export async function deleteExpiredVisitors(
  tx: TenantTx,
  visitor: Pick<Visitor, "channelId" | "contactId">,
): Promise<void> {
  await tx.db
    .deleteFrom("webVisitors")
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", visitor.contactId)
    .where("channelId", "=", visitor.channelId)
    .where("expiresAt", "<=", sql<Date>`now()`)
    .execute();
}

/** As the system: a visitor's token is all that the contact's side knows. Notes at most once a minute that it was used. */
export async function selectVisitorByToken(db: Database, tokenHash: Buffer): Promise<Visitor | undefined> {
  const { rows } = await db.autocommit.query<{
    workspace_id: string;
    id: string;
    channel_id: string;
    contact_id: string;
    stale: boolean;
  }>({
    name: "visitor_by_token",
    text: `select workspace_id, id, channel_id, contact_id, last_seen_at < now() - interval '1 minute' as stale
      from web_visitors where token_hash = $1 and (expires_at is null or expires_at > now())`,
    values: [tokenHash],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  if (row.stale)
    await db.autocommit.query({
      text: "update web_visitors set last_seen_at = now() where workspace_id = $1 and id = $2",
      values: [row.workspace_id, row.id],
    });
  return { workspaceId: row.workspace_id, id: row.id, channelId: row.channel_id, contactId: row.contact_id };
}

/** How far a visitor's scroll has got. */
export interface ScrollState {
  /** The visitor's newest conversation on the channel; null before the first. */
  readonly newest: {
    readonly conversationId: string;
    readonly ordinal: number;
    readonly lastSeq: number;
    /** An agent is answering in it at this moment. */
    readonly isReplying: boolean;
  } | null;
}

/** Undefined if the visitor's token is not valid any more. */
export async function selectScrollState(
  tx: TenantTx,
  visitor: Pick<Visitor, "id">,
): Promise<ScrollState | undefined> {
  const { rows } = await tx.query<{
    conversation_id: string | null;
    ordinal: number;
    last_seq: number;
    is_replying: boolean;
  }>({
    name: "scroll_state",
    text: `select c.id as conversation_id, c.ordinal, c.last_seq,
        c.status = 'open' and c.turn_started_at is not null as is_replying
      from web_visitors v
      left join lateral (
        select * from conversations
        where workspace_id = v.workspace_id and contact_id = v.contact_id and channel_id = v.channel_id
        order by ordinal desc limit 1
      ) c on true
      where v.workspace_id = $1 and v.id = $2 and (v.expires_at is null or v.expires_at > now())`,
    values: [tx.workspaceId, visitor.id],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { conversation_id: conversationId, ordinal, last_seq: lastSeq, is_replying: isReplying } = row;
  return { newest: conversationId === null ? null : { conversationId, ordinal, lastSeq, isReplying } };
}

/** The statuses of those of these messages that there still are. */
export async function selectStatuses(
  tx: TenantTx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MessageStatus>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.db
    .selectFrom("messages")
    .select(["id", "status"])
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .execute();
  // The column's check allows no other values.
  return new Map(rows.map(({ id, status }) => [id, status as MessageStatus]));
}

/** The channels on which a contact has visited, the latest first; not those on which somebody only played the contact. */
export async function selectVisitedChannels(
  tx: TenantTx,
  contactId: string,
): Promise<readonly { readonly channelId: string }[]> {
  return tx.db
    .selectFrom("webVisitors")
    .select("channelId")
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", contactId)
    .where("expiresAt", "is", null)
    .groupBy("channelId")
    .orderBy(sql`max(last_seen_at)`, "desc")
    .execute();
}
