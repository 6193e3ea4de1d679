import { newId } from "../base/ids.ts";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { toStorableJson } from "../base/text.ts";
import type { Queryable, TenantTx } from "../db/index.ts";

export interface NewAuditEntry {
  readonly workspaceId: string;
  readonly actorKind: "api_key" | "member" | "system";
  readonly actorId: string | null;
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string | null;
  readonly changes: unknown;
  readonly requestId: string | null;
}

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actor?: { readonly id: string } | undefined;
  readonly targetKind?: string | undefined;
  readonly target?: { readonly kind: string; readonly id: string } | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** Raw SQL, because the system transactions of sign-in and first start write here too. */
export async function insertAuditEntry(tx: Queryable, entry: NewAuditEntry): Promise<void> {
  await tx.query({
    text: `insert into audit_log (workspace_id, id, actor_kind, actor_id, action, target_kind, target_id, changes, request_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      entry.workspaceId,
      newId(),
      entry.actorKind,
      entry.actorId,
      entry.action,
      entry.targetKind,
      entry.targetId,
      toStorableJson(entry.changes),
      entry.requestId,
    ],
  });
}

export async function selectAuditEntries(tx: TenantTx, filter: AuditFilter, page: Page) {
  const start = pageStart(page);
  let query = tx.db.selectFrom("auditLog").selectAll().where("workspaceId", "=", tx.workspaceId);
  if (filter.action !== undefined) query = query.where("action", "=", filter.action);
  if (filter.actor !== undefined) query = query.where("actorId", "=", filter.actor.id);
  if (filter.targetKind !== undefined) query = query.where("targetKind", "=", filter.targetKind);
  if (filter.target !== undefined)
    query = query.where("targetKind", "=", filter.target.kind).where("targetId", "=", filter.target.id);
  if (filter.from !== undefined) query = query.where("at", ">=", new Date(filter.from));
  if (filter.until !== undefined) query = query.where("at", "<", new Date(filter.until));
  if (start !== undefined) query = query.where("id", "<", start);
  const rows = await query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageFrom(rows, page.limit) satisfies PageOf<unknown>;
}

export type AuditEntry = Awaited<ReturnType<typeof selectAuditEntries>>["items"][number];
