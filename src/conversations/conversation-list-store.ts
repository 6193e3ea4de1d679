import { type RawBuilder, sql } from "kysely";
import { uuidPattern } from "../base/ids.ts";
import { decodeCursor, encodeCursor, type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { planForValues, type TenantTx } from "../db/index.ts";
import type { Controller, Conversation, ConversationStatus } from "./conversation.ts";
import { conversations, toConversation } from "./conversation-store.ts";

export interface ConversationFilter {
  readonly contactId?: string | undefined;
  readonly channelId?: string | undefined;
  readonly status?: ConversationStatus | undefined;
  readonly controller?: Controller | undefined;
  /** Part of the contact's name, e-mail address, phone number or externalId, in any case. */
  readonly q?: string | undefined;
  readonly sessionLive?: boolean | undefined;
  /** Only those in which the task's agent answers, or answered, on its behalf. */
  readonly taskId?: string | undefined;
}

/** Conversations, newest first. */
export async function selectConversations(
  tx: TenantTx,
  filter: ConversationFilter,
  page: Page,
): Promise<PageOf<Conversation>> {
  const before = pageStart(page);
  const most = page.limit + 1;
  let query = narrow(tx, filter, most, { before });
  if (before !== undefined) query = query.where("id", "<", before);
  const rows = await query.orderBy("id", "desc").limit(most).execute();
  return pageFrom(rows.map(toConversation), page.limit);
}

/**
 * When the newest message was written, in microseconds since 1970, and the conversation that has it. Not in
 * milliseconds, as dates are here: what else was written within the same one would be missing from the next page.
 */
const position = new RegExp(`^\\d{1,16} ${uuidPattern.source.slice(1)}`);
const lastMessageMicros = sql<string>`(extract(epoch from last_message_at) * 1000000)::bigint::text`;

/** Conversations, the one with the latest message first. */
export async function selectConversationsByLastMessage(
  tx: TenantTx,
  filter: ConversationFilter,
  page: Page,
): Promise<PageOf<Conversation>> {
  const most = page.limit + 1;
  const { before, beforeAt } = page.cursor === undefined ? {} : readPosition(page.cursor);
  let query = narrow(tx, filter, most, { before, beforeAt, byLastMessage: true });
  if (beforeAt !== undefined)
    query = query.where(sql<boolean>`(last_message_at, id) < (${beforeAt}, ${before}::uuid)`);
  const ordered = query.orderBy("lastMessageAt", "desc").orderBy("id", "desc").limit(most);
  const asked = ordered.select(lastMessageMicros.as("micros"));
  const [, rows] = await Promise.all([planForValues(tx), asked.execute()]);
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const hasMore = rows.length > page.limit && last !== undefined;
  return {
    items: shown.map(({ micros: _, ...row }) => toConversation(row)),
    nextCursor: hasMore ? encodeCursor(`${last.micros} ${last.id}`) : null,
  };
}

/** The instant and the conversation with which the page before ended. */
function readPosition(cursor: string) {
  const [micros, before] = decodeCursor(cursor, position).split(" ");
  const beforeAt = sql<Date>`(timestamptz '1970-01-01 00:00:00Z' + ${micros}::bigint * interval '1 microsecond')`;
  return { beforeAt, before };
}

/** Where a page begins in one of the two orders, for a search that must end with it. */
interface Start {
  readonly before?: string | undefined;
  readonly beforeAt?: RawBuilder<Date> | undefined;
  readonly byLastMessage?: true;
}

function narrow(tx: TenantTx, filter: ConversationFilter, most: number, start: Start) {
  const { q, sessionLive, taskId } = filter;
  let query = conversations(tx);
  if (q !== undefined || sessionLive !== undefined || taskId !== undefined)
    return query.where("id", "=", findIds(filter, most, start));
  for (const key of ["contactId", "channelId", "status", "controller"] as const) {
    const value = filter[key];
    if (value !== undefined) query = query.where(key, "=", value);
  }
  return query;
}

/**
 * What asks about other tables than its own goes through a function, where indexes are used. As an array: of a set of
 * unknown size the planner made a merge join that read 80 000 conversations to show two.
 */
function findIds(filter: ConversationFilter, most: number, start: Start) {
  const { q, contactId, channelId, status, controller, sessionLive, taskId } = filter;
  const { before, beforeAt = null, byLastMessage = false } = start;
  return sql<string>`any (array(select find_conversations(${q ?? null}, ${contactId ?? null}::uuid, ${channelId ?? null}::uuid,
    ${status ?? null}, ${controller ?? null}, ${sessionLive ?? null}::boolean, ${taskId ?? null}::uuid,
    ${before ?? null}::uuid, ${most}, ${byLastMessage}, ${beforeAt}::timestamptz)))`;
}
