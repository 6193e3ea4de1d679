import { sql } from "kysely";
import { newId } from "../base/ids.ts";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";

export const severities = ["info", "warning", "error"] as const;
export type Severity = (typeof severities)[number];

export interface Notification {
  readonly id: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  readonly body: string;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

export interface NotificationRow {
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  readonly body: string;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly dedupKey: string | null;
}

const columns = [
  "id",
  "kind",
  "severity",
  "title",
  "body",
  "targetKind",
  "targetId",
  "createdAt",
  "readAt",
] as const;

/** Undefined if an unread one with the same dedup key is there. */
export async function insertNotification(tx: TenantTx, row: NotificationRow): Promise<string | undefined> {
  const inserted = await tx.db
    .insertInto("notifications")
    .values({ workspaceId: tx.workspaceId, id: newId(), ...row })
    // Also where two transactions insert the same at once: the partial unique index lets one in.
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted?.id;
}

export interface NotificationFilter {
  /** Part of the title or the text, in any case. */
  readonly q?: string | undefined;
  readonly unread?: boolean | undefined;
}

/**
 * Notifications, newest first. What needs a person is not so much that looking through the texts would need an index: of
 * what is the same and still unread there is one.
 */
export async function selectNotifications(
  tx: TenantTx,
  { q, unread }: NotificationFilter,
  page: Page,
): Promise<PageOf<Notification>> {
  const start = pageStart(page);
  let query = tx.db.selectFrom("notifications").select(columns).where("workspaceId", "=", tx.workspaceId);
  if (unread !== undefined) query = query.where("readAt", unread ? "is" : "is not", null);
  if (q !== undefined)
    query = query.where(sql<boolean>`strpos(lower(title || E'\\n' || body), lower(${q})) > 0`);
  if (start !== undefined) query = query.where("id", "<", start);
  const rows = await query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageFrom(rows.map(toNotification), page.limit);
}

export async function selectNotification(tx: TenantTx, id: string): Promise<Notification | undefined> {
  const row = await tx.db
    .selectFrom("notifications")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toNotification(row);
}

export async function markRead(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db
    .updateTable("notifications")
    .set({ readAt: at })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .where("readAt", "is", null)
    .execute();
}

/** How many are unread, counted no further than `most`. */
export async function countUnread(tx: TenantTx, most: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "unread_notifications",
    text: `select count(*)::integer as count
      from (select from notifications where workspace_id = $1 and read_at is null limit $2) unread`,
    values: [tx.workspaceId, most],
  });
  return rows[0]?.count ?? 0;
}

/** Answers how many were unread. */
export async function markAllRead(tx: TenantTx, at: Date): Promise<number> {
  const { numUpdatedRows } = await tx.db
    .updateTable("notifications")
    .set({ readAt: at })
    .where("workspaceId", "=", tx.workspaceId)
    .where("readAt", "is", null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

function toNotification(row: Omit<Notification, "severity"> & { readonly severity: string }): Notification {
  // The column's check allows nothing else.
  return { ...row, severity: row.severity as Severity };
}
