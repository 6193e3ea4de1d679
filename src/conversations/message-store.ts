import { sql } from "kysely";
import type { TenantTx } from "../db/index.ts";
import type { Reason } from "../engine/index.ts";
import type { AuthorKind, Message, MessagePurpose, MessageStatus } from "./conversation.ts";

const columns = [
  "id",
  "conversationId",
  "seq",
  "direction",
  "authorKind",
  "authorId",
  "text",
  "status",
  "reasonCode",
  "reasonMessage",
  "heldUntil",
  "purpose",
  "sentAt",
  "executionId",
  "stepSeq",
  "createdAt",
  "deliveredAt",
] as const;

type MessageRow = Omit<Message, "direction" | "authorKind" | "status" | "purpose"> & {
  readonly purpose: string;
  readonly direction: string;
  readonly authorKind: string;
  readonly status: string;
};

/** The columns' checks allow no other values than those of the types. */
function toMessage(row: MessageRow): Message {
  return {
    ...row,
    direction: row.direction as Message["direction"],
    authorKind: row.authorKind as AuthorKind,
    status: row.status as MessageStatus,
    purpose: row.purpose as MessagePurpose,
  };
}

function messages(tx: TenantTx) {
  return tx.db.selectFrom("messages").select(columns).where("workspaceId", "=", tx.workspaceId);
}

export interface NewMessage
  extends Pick<
    Message,
    "id" | "conversationId" | "seq" | "direction" | "authorKind" | "authorId" | "text" | "status"
  > {
  readonly reasonCode?: string | null;
  readonly reasonMessage?: string | null;
  readonly executionId?: string | null;
  readonly stepSeq?: number | null;
  readonly idempotencyKey?: string | null;
  readonly purpose?: MessagePurpose;
  /** Of a message that is held. */
  readonly holdSeconds?: number;
  readonly clientMessageId?: string | null;
}

/** The conversation must be locked: `seq` is its next. */
export async function insertMessage(tx: TenantTx, message: NewMessage): Promise<Message> {
  const { holdSeconds, ...plain } = message;
  const goesOut = plain.direction === "out" && (plain.status === "sent" || plain.status === "queued");
  const row = await tx.db
    .insertInto("messages")
    // The default, now(), is the transaction's beginning, which was before it waited for the conversation.
    .values({
      workspaceId: tx.workspaceId,
      ...plain,
      createdAt: sql<Date>`clock_timestamp()`,
      sentAt: goesOut ? sql<Date>`clock_timestamp()` : null,
      heldUntil:
        holdSeconds === undefined
          ? null
          : sql<Date>`clock_timestamp() + ${holdSeconds} * interval '1 second'`,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toMessage(row);
}

export async function selectMessage(
  tx: TenantTx,
  by: { readonly id: string } | { readonly idempotencyKey: string },
): Promise<Message | undefined> {
  const query =
    "id" in by
      ? messages(tx).where("id", "=", by.id)
      : messages(tx).where("idempotencyKey", "=", by.idempotencyKey);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toMessage(row);
}

export interface MessageRange {
  readonly order: "asc" | "desc";
  /** Only beyond this `seq`, in the direction of the order. */
  readonly beyond?: number | undefined;
  /** Only those that this execution wrote. */
  readonly executionId?: string | undefined;
  /** Part of the text, in any case. */
  readonly q?: string | undefined;
  readonly limit: number;
}

export async function selectMessages(
  tx: TenantTx,
  conversationId: string,
  range: MessageRange,
): Promise<readonly Message[]> {
  let query = messages(tx)
    .where("conversationId", "=", conversationId)
    .orderBy("seq", range.order)
    .limit(range.limit);
  if (range.beyond !== undefined) query = query.where("seq", range.order === "asc" ? ">" : "<", range.beyond);
  if (range.executionId !== undefined) query = query.where("executionId", "=", range.executionId);
  // One conversation is read at most, in the order in which the page is wanted.
  if (range.q !== undefined) query = query.where(sql<boolean>`strpos(lower(text), lower(${range.q})) > 0`);
  return (await query.execute()).map(toMessage);
}

/** How much of a conversation is read. */
export interface Excerpt {
  readonly messages: number;
  /** The last message may go beyond it: at least one is read, however long it is. */
  readonly characters: number;
}

/** The newest of these messages that fit, oldest first. */
async function executeNewest(
  tx: TenantTx,
  query: ReturnType<typeof messages>,
  most: Excerpt,
): Promise<readonly Message[]> {
  const rows = await tx.db
    .selectFrom(
      tx.db
        .selectFrom(query.orderBy("seq", "desc").limit(most.messages).as("newest"))
        .select(columns)
        .select(sql<number>`sum(length(text)) over (order by seq desc) - length(text)`.as("before"))
        .as("counted"),
    )
    .select(columns)
    .where("before", "<", most.characters)
    .orderBy("seq")
    .execute();
  return rows.map(toMessage);
}

/** What the contact wrote beyond `seq`, the newest that fit, oldest first. */
export function selectInboundBeyond(
  tx: TenantTx,
  conversationId: string,
  seq: number,
  most: Excerpt,
): Promise<readonly Message[]> {
  const query = messages(tx)
    .where("conversationId", "=", conversationId)
    .where("direction", "=", "in")
    .where("seq", ">", seq);
  return executeNewest(tx, query, most);
}

/** How many messages the contact wrote above the one `seq` and below the other. */
export async function countInboundBetween(
  tx: TenantTx,
  conversationId: string,
  { above, below }: { readonly above: number; readonly below: number },
): Promise<number> {
  const { rows } = await tx.query<{ found: number }>({
    text: `select count(*)::int as found from messages
      where workspace_id = $1 and conversation_id = $2 and seq > $3 and seq < $4 and direction = 'in'`,
    values: [tx.workspaceId, conversationId, above, below],
  });
  return rows[0]?.found ?? 0;
}

/**
 * When the contact wrote the first message beyond `seq`, and how many milliseconds ago that was; undefined if there is
 * none.
 */
export async function selectOldestInboundBeyond(
  tx: TenantTx,
  conversationId: string,
  seq: number,
): Promise<{ readonly createdAt: Date; readonly ageMs: number } | undefined> {
  // As float8, because an integer holds 24 days of milliseconds only.
  const { rows } = await tx.query<{ created_at: Date; age_ms: number }>({
    text: `select created_at, floor(extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as age_ms from messages
      where workspace_id = $1 and conversation_id = $2 and seq > $3 and direction = 'in' order by seq limit 1`,
    values: [tx.workspaceId, conversationId, seq],
  });
  const [row] = rows;
  return row === undefined ? undefined : { createdAt: row.created_at, ageMs: row.age_ms };
}

/** What passed between contact and company, the newest that fit, oldest first; refused ones are left out. */
export function selectTranscript(
  tx: TenantTx,
  conversationId: string,
  most: Excerpt,
): Promise<readonly Message[]> {
  const query = messages(tx)
    .where("conversationId", "=", conversationId)
    .where("status", "in", ["sent", "delivered", "read"]);
  return executeNewest(tx, query, most);
}

/** The beginning of a conversation's newest message. */
export type LastMessage = Pick<Message, "id" | "direction" | "authorKind" | "authorId" | "text" | "status">;

/** Who of a person's side wrote last in each conversation: the member, null for a program; without any it is left out. */
export async function selectLastMembers(
  tx: TenantTx,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (conversationIds.length === 0) return new Map();
  const { rows } = await tx.query<{ of: string; author: string | null }>({
    name: "select_last_members",
    text: `select of, m.author_id as author from unnest($2::uuid[]) of cross join lateral (
        select author_id from messages
        where workspace_id = $1 and conversation_id = of and author_kind = 'member' and status <> 'refused'
        order by seq desc limit 1) m`,
    values: [tx.workspaceId, conversationIds],
  });
  return new Map(rows.map(({ of, author }) => [of, author]));
}

/** The newest message of each of these conversations, by conversation, with no more than `length` of its text. */
export async function selectLastMessages(
  tx: TenantTx,
  conversationIds: readonly string[],
  length: number,
): Promise<ReadonlyMap<string, LastMessage>> {
  if (conversationIds.length === 0) return new Map();
  const { rows } = await tx.query<
    Record<"of" | "id" | "direction" | "kind" | "text" | "status", string> & { author: string | null }
  >({
    text: `select of, m.* from unnest($2::uuid[]) of cross join lateral (
        select id, direction, author_kind as kind, author_id as author, left(text, $3) as text, status from messages
        where workspace_id = $1 and conversation_id = of order by seq desc limit 1) m`,
    values: [tx.workspaceId, conversationIds, length],
  });
  return new Map(
    // The columns' checks allow no other values than those of the types.
    rows.map(({ of, id, direction, kind, author, text, status }) => [
      of,
      {
        id,
        text,
        authorId: author,
        direction: direction as Message["direction"],
        authorKind: kind as AuthorKind,
        status: status as MessageStatus,
      },
    ]),
  );
}

/** A place in a contact's scroll over all conversations of a channel. */
export interface ScrollPosition {
  readonly ordinal: number;
  readonly seq: number;
}

/** What the contact sees beyond a position, oldest first, each with its position. */
export async function selectScroll(
  tx: TenantTx,
  of: { readonly contactId: string; readonly channelId: string },
  after: ScrollPosition,
  limit: number,
): Promise<readonly { readonly message: Message; readonly position: ScrollPosition }[]> {
  // The limit is inside as well: a poll that is up to date then reads nothing of a long conversation.
  const rows = await tx.db
    .selectFrom("conversations as c")
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom("messages as m")
          .select(columns)
          .whereRef("m.workspaceId", "=", "c.workspaceId")
          .whereRef("m.conversationId", "=", "c.id")
          .where(
            "m.seq",
            ">",
            sql<number>`case when c.ordinal = ${after.ordinal} then ${after.seq} else 0 end`,
          )
          .where((where) =>
            where.or([
              where("m.direction", "=", "in"),
              where("m.status", "in", ["sent", "delivered", "read"]),
            ]),
          )
          .orderBy("m.seq")
          .limit(limit)
          .as("seen"),
      (join) => join.onTrue(),
    )
    .select(columns.map((column) => `seen.${column}` as const))
    .select("c.ordinal")
    .where("c.workspaceId", "=", tx.workspaceId)
    .where("c.contactId", "=", of.contactId)
    .where("c.channelId", "=", of.channelId)
    .where("c.ordinal", ">=", after.ordinal)
    .orderBy("c.ordinal")
    .orderBy("seen.seq")
    .limit(limit)
    .execute();
  return rows.map(({ ordinal, ...row }) => ({
    message: toMessage(row),
    position: { ordinal, seq: row.seq },
  }));
}

/** A message that was held goes out, as the newest of its conversation. */
export async function markSent(
  tx: TenantTx,
  id: string,
  place: { readonly seq: number; readonly status: "sent" | "queued" },
): Promise<void> {
  await tx.query({
    text: `update messages set status = $3, seq = $4, sent_at = clock_timestamp(), held_until = null,
        reason_code = null, reason_message = null
      where workspace_id = $1 and id = $2 and status = 'held'`,
    values: [tx.workspaceId, id, place.status, place.seq],
  });
}

/** A message that was held never goes out. */
export async function refuseHeld(tx: TenantTx, id: string, reason: Reason): Promise<void> {
  await tx.query({
    text: `update messages set status = 'refused', held_until = null, reason_code = $3, reason_message = $4
      where workspace_id = $1 and id = $2 and status = 'held'`,
    values: [tx.workspaceId, id, reason.code, reason.message],
  });
}

/** A message that is held waits for something else now. */
export async function updateHeldReason(tx: TenantTx, id: string, reason: Reason): Promise<void> {
  await tx.query({
    text: `update messages set reason_code = $3, reason_message = $4
      where workspace_id = $1 and id = $2 and status = 'held'`,
    values: [tx.workspaceId, id, reason.code, reason.message],
  });
}

/** The contact's side has these now. A message that is further on already stays as it is. Answers the changed ones. */
export async function markDelivered(
  tx: TenantTx,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly conversationId: string }[]> {
  if (ids.length === 0) return [];
  return tx.db
    .updateTable("messages")
    .set({ status: "delivered", deliveredAt: sql<Date>`clock_timestamp()` })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "in", ids)
    .where("direction", "=", "out")
    .where("status", "=", "sent")
    .returning(["id", "conversationId"])
    .execute();
}

export interface Receipt {
  readonly channelId: string;
  readonly contactId: string;
  readonly clientMessageId: string;
}

/**
 * Takes a clientMessageId for a new message. If the contact has used it on this channel, answers the message it
 * stands for; a transaction that is just using it is waited for.
 */
export async function takeReceipt(tx: TenantTx, receipt: Receipt, messageId: string): Promise<string> {
  const taken = await tx.db
    .insertInto("inboundReceipts")
    .values({ workspaceId: tx.workspaceId, ...receipt, messageId })
    .onConflict((conflict) => conflict.doNothing())
    .returning("messageId")
    .executeTakeFirst();
  if (taken !== undefined) return taken.messageId;
  const known = await tx.db
    .selectFrom("inboundReceipts")
    .select("messageId")
    .where("workspaceId", "=", tx.workspaceId)
    .where("channelId", "=", receipt.channelId)
    .where("contactId", "=", receipt.contactId)
    .where("clientMessageId", "=", receipt.clientMessageId)
    .executeTakeFirstOrThrow();
  return known.messageId;
}
