import { type Selectable, type SelectQueryBuilder, sql } from "kysely";
import { newId } from "../base/ids.ts";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { toStorableJson } from "../base/text.ts";
import type { DB, Queryable, TenantTx } from "../db/index.ts";

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
  /** Part of the action, of a changed field's name, of its values or of the request's id, in any case. */
  readonly q?: string | undefined;
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
  const entries = tx.db.selectFrom("auditLog").selectAll().where("workspaceId", "=", tx.workspaceId);
  const query =
    filter.q === undefined
      ? narrow(entries, filter, start)
      : entries.where("id", "=", findIds(filter.q, filter, start, page.limit + 1));
  const rows = await query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageFrom(rows, page.limit) satisfies PageOf<unknown>;
}

type AuditQuery = SelectQueryBuilder<DB, "auditLog", Selectable<DB["auditLog"]>>;

function narrow(entries: AuditQuery, filter: AuditFilter, start: string | undefined): AuditQuery {
  let query = entries;
  if (filter.action !== undefined) query = query.where("action", "=", filter.action);
  if (filter.actor !== undefined) query = query.where("actorId", "=", filter.actor.id);
  if (filter.targetKind !== undefined) query = query.where("targetKind", "=", filter.targetKind);
  if (filter.target !== undefined)
    query = query.where("targetKind", "=", filter.target.kind).where("targetId", "=", filter.target.id);
  if (filter.from !== undefined) query = query.where("at", ">=", new Date(filter.from));
  if (filter.until !== undefined) query = query.where("at", "<", new Date(filter.until));
  if (start !== undefined) query = query.where("id", "<", start);
  return query;
}

/** With all filters, since what is filtered after the limit would leave pages with holes. */
function findIds(
  q: string,
  { action, actor, targetKind, target, from, until }: AuditFilter,
  before: string | undefined,
  most: number,
) {
  return sql<string>`any (array(select find_audit_entries(${q}, ${most}, ${before ?? null}::uuid, ${action ?? null},
    ${actor?.id ?? null}::uuid, ${targetKind ?? null}, ${target?.kind ?? null}, ${target?.id ?? null}::uuid,
    ${from ?? null}::timestamptz, ${until ?? null}::timestamptz)))`;
}

export type AuditEntry = Awaited<ReturnType<typeof selectAuditEntries>>["items"][number];
