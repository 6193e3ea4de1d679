import type { Database, TenantTx } from "../../db/index.ts";
import type { Reason } from "../../engine/index.ts";
import type { SessionWish } from "../conversation.ts";
import type { SendClass } from "../gate/rules.ts";

/** Whose messages are meant; of a contact and of a channel all that their conversations hold. */
export type HeldOf =
  | { readonly taskId: string }
  | { readonly executionId: string }
  | { readonly contactId: string }
  | { readonly channelId: string };

/** The condition on `held_messages h` and the id that it compares with `$2`. */
function heldBy(of: HeldOf): { readonly condition: string; readonly id: string } {
  if ("taskId" in of) return { condition: "h.task_id = $2", id: of.taskId };
  if ("executionId" in of) return { condition: "h.execution_id = $2", id: of.executionId };
  const [column, id] = "contactId" in of ? ["contact_id", of.contactId] : ["channel_id", of.channelId];
  const condition = `exists (select from conversations c
    where c.workspace_id = h.workspace_id and c.id = h.conversation_id and c.${column} = $2)`;
  return { condition, id };
}

export interface NewHeld {
  readonly messageId: string;
  readonly conversationId: string;
  readonly class: SendClass;
  readonly executionId: string | null;
  readonly taskId: string | null;
  readonly session: SessionWish | null;
  readonly heldUntil: Date;
}

/** After this the gate is asked again, even if nothing that is watched has changed. */
const againSeconds = 10;

export async function insertHeld(tx: TenantTx, held: NewHeld): Promise<void> {
  await tx.query({
    text: `insert into held_messages (workspace_id, message_id, conversation_id, class, execution_id, task_id, session,
        held_until, ask_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9 * interval '1 second')`,
    values: [
      tx.workspaceId,
      ...[held.messageId, held.conversationId, held.class, held.executionId, held.taskId],
      held.session === null ? null : JSON.stringify(held.session),
      ...[held.heldUntil, againSeconds],
    ],
  });
}

/** A message that waits, with what the gate has to know of it. */
export interface Held {
  readonly messageId: string;
  readonly class: SendClass;
  /** The agent that writes; null for people and the system. */
  readonly agentId: string | null;
  readonly executionId: string | null;
  readonly session: SessionWish | null;
  /** What it waits for. */
  readonly reasonCode: string | null;
  readonly heldUntil: Date;
  /** By the database's clock. */
  readonly isOver: boolean;
}

interface HeldRow {
  readonly message_id: string;
  readonly class: SendClass;
  readonly author_kind: string;
  readonly author_id: string | null;
  readonly execution_id: string | null;
  readonly session: SessionWish | null;
  readonly reason_code: string | null;
  readonly held_until: Date;
  readonly is_over: boolean;
}

/** What a conversation holds, in the order in which it was written. */
export async function selectHeld(tx: TenantTx, conversationId: string): Promise<readonly Held[]> {
  const { rows } = await tx.query<HeldRow>({
    text: `select h.message_id, h.class, m.author_kind, m.author_id, h.execution_id, h.session, m.reason_code,
        h.held_until, h.held_until <= clock_timestamp() as is_over
      from held_messages h join messages m on m.workspace_id = h.workspace_id and m.id = h.message_id
      where h.workspace_id = $1 and h.conversation_id = $2 order by m.seq`,
    values: [tx.workspaceId, conversationId],
  });
  return rows.map((row) => ({
    messageId: row.message_id,
    class: row.class,
    agentId: row.author_kind === "agent" ? row.author_id : null,
    executionId: row.execution_id,
    session: row.session,
    reasonCode: row.reason_code,
    heldUntil: row.held_until,
    isOver: row.is_over,
  }));
}

/** Whether a conversation holds messages, of this author if one is named. */
export async function hasHeld(
  tx: TenantTx,
  conversationId: string,
  authorId?: string | null,
): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: "has_held",
    text: `select from held_messages h where h.workspace_id = $1 and h.conversation_id = $2
      and ($3::uuid is null or exists (select from messages m
        where m.workspace_id = h.workspace_id and m.id = h.message_id and m.author_id = $3)) limit 1`,
    values: [tx.workspaceId, conversationId, authorId ?? null],
  });
  return rowCount === 1;
}

/** A message that waits, as a contact's page shows it. */
export interface HeldOfContact {
  readonly messageId: string;
  readonly conversationId: string;
  /** Whose run wrote it. */
  readonly taskId: string | null;
  readonly heldUntil: Date;
}

/** What waits for a contact, in all conversations, by when it is given up. */
export async function selectHeldOfContact(
  tx: TenantTx,
  contactId: string,
  limit: number,
): Promise<readonly HeldOfContact[]> {
  const { rows } = await tx.query<{
    message_id: string;
    conversation_id: string;
    task_id: string | null;
    held_until: Date;
  }>({
    name: "select_held_of_contact",
    text: `select h.message_id, h.conversation_id, h.task_id, h.held_until
      from conversations c join held_messages h on h.workspace_id = c.workspace_id and h.conversation_id = c.id
      where c.workspace_id = $1 and c.contact_id = $2 order by h.held_until, h.message_id limit $3`,
    values: [tx.workspaceId, contactId, limit],
  });
  return rows.map((row) => ({
    messageId: row.message_id,
    conversationId: row.conversation_id,
    taskId: row.task_id,
    heldUntil: row.held_until,
  }));
}

export async function deleteHeld(tx: TenantTx, messageId: string): Promise<void> {
  await tx.query({
    text: "delete from held_messages where workspace_id = $1 and message_id = $2",
    values: [tx.workspaceId, messageId],
  });
}

/** The conversations that hold such messages, in order of id. */
export async function selectConversationsWithHeld(tx: TenantTx, of: HeldOf): Promise<readonly string[]> {
  const { condition, id } = heldBy(of);
  const { rows } = await tx.query<{ conversation_id: string }>({
    text: `select distinct h.conversation_id from held_messages h where h.workspace_id = $1 and ${condition}
      order by h.conversation_id`,
    values: [tx.workspaceId, id],
  });
  return rows.map((row) => row.conversation_id);
}

/** Those of the executions that have held messages. */
export async function selectExecutionsWithHeld(
  tx: TenantTx,
  executionIds: readonly string[],
): Promise<readonly string[]> {
  if (executionIds.length === 0) return [];
  const { rows } = await tx.query<{ execution_id: string }>({
    name: "select_executions_with_held",
    text: `select distinct execution_id from held_messages
      where workspace_id = $1 and execution_id = any($2::uuid[]) order by execution_id`,
    values: [tx.workspaceId, executionIds],
  });
  return rows.map((row) => row.execution_id);
}

/** Takes back such messages in locked conversations; answers each one's execution. */
export async function withdrawRows(
  tx: TenantTx,
  conversationIds: readonly string[],
  of: HeldOf,
  reason: Reason,
): Promise<readonly (string | null)[]> {
  const { condition, id } = heldBy(of);
  const { rows } = await tx.query<{ execution_id: string | null }>({
    text: `with gone as (delete from held_messages h
        where h.workspace_id = $1 and ${condition} and h.conversation_id = any($3::uuid[]) returning h.message_id)
      update messages m set status = 'withdrawn', reason_code = $4, reason_message = $5, held_until = null
      from gone where m.workspace_id = $1 and m.id = gone.message_id returning m.execution_id`,
    values: [tx.workspaceId, id, conversationIds, reason.code, reason.message],
  });
  return rows.map((row) => row.execution_id);
}

/** Something changed: the gate is asked about held messages of the workspace, of a channel or a conversation at once. */
export async function hurryHeld(
  tx: TenantTx,
  where: { readonly channelId?: string | undefined; readonly conversationId?: string | undefined },
): Promise<void> {
  await tx.query({
    text: `update held_messages h set ask_at = clock_timestamp()
      where h.workspace_id = $1 and ($2::uuid is null or h.conversation_id = $2)
        and ($3::uuid is null or exists (select from conversations c
          where c.workspace_id = h.workspace_id and c.id = h.conversation_id and c.channel_id = $3))`,
    values: [tx.workspaceId, where.conversationId ?? null, where.channelId ?? null],
  });
}

export interface DueConversation {
  readonly workspaceId: string;
  readonly conversationId: string;
  /** It holds a message whose time is up. */
  readonly isOver: boolean;
}

/**
 * Conversations of all workspaces with up to `limit` held messages that the gate has to be asked about, each of which
 * comes up again after 10 s. Those that another process is just taking are left to it.
 */
export async function takeDue(db: Database, limit: number): Promise<readonly DueConversation[]> {
  const { rows } = await db.autocommit.query<{
    workspace_id: string;
    conversation_id: string;
    is_over: boolean;
  }>({
    name: "take_due_held",
    text: `with due as (select workspace_id, message_id from held_messages
        where ask_at <= clock_timestamp() order by ask_at limit $1 for update skip locked),
      taken as (update held_messages h
        set ask_at = least(clock_timestamp() + $2 * interval '1 second', greatest(h.held_until, clock_timestamp() + interval '1 second'))
        from due where h.workspace_id = due.workspace_id and h.message_id = due.message_id
        returning h.workspace_id, h.conversation_id, h.held_until)
      select workspace_id, conversation_id, bool_or(held_until <= clock_timestamp()) as is_over
      from taken group by workspace_id, conversation_id`,
    values: [limit, againSeconds],
  });
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    conversationId: row.conversation_id,
    isOver: row.is_over,
  }));
}
