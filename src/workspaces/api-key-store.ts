import { sql } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Scope } from "../base/route.ts";
import type { Queryable, TenantTx } from "../db/index.ts";

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scope: Scope;
  readonly ownerRights: boolean;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewApiKeyRow {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly keyHash: Buffer;
  readonly scope: Scope;
  readonly ownerRights: boolean;
  readonly createdBy: string | null;
  readonly expiresAt: Date | null;
}

const columns = [
  "id",
  "name",
  "hint",
  "scope",
  "ownerRights",
  "createdBy",
  "createdAt",
  "expiresAt",
  "lastUsedAt",
  "revokedAt",
] as const;

/** Raw SQL, because the system transaction of the first start makes a key too. */
export async function insertApiKey(tx: Queryable, key: NewApiKeyRow): Promise<void> {
  await tx.query({
    text: `insert into api_keys (workspace_id, id, name, hint, key_hash, scope, owner_rights, created_by, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      key.workspaceId,
      key.id,
      key.name,
      key.hint,
      key.keyHash,
      key.scope,
      key.ownerRights,
      key.createdBy,
      key.expiresAt,
    ],
  });
}

/** Gives a key that was never used another secret, which ends the one before. False: it was used, or is revoked. */
export async function replaceUnusedSecret(
  tx: Queryable,
  key: Pick<NewApiKeyRow, "workspaceId" | "id" | "hint" | "keyHash">,
): Promise<boolean> {
  const { rowCount } = await tx.query({
    text: `update api_keys set hint = $3, key_hash = $4
           where workspace_id = $1 and id = $2 and last_used_at is null and revoked_at is null`,
    values: [key.workspaceId, key.id, key.hint, key.keyHash],
  });
  return rowCount === 1;
}

export interface ApiKeyFilter {
  /** Part of the name or the hint, in any case. */
  readonly q?: string | undefined;
}

/** API keys, newest first. A workspace has few, so that looking through the names needs no index. */
export async function selectApiKeys(tx: TenantTx, { q }: ApiKeyFilter, page: Page): Promise<PageOf<ApiKey>> {
  const start = pageStart(page);
  let query = tx.db.selectFrom("apiKeys").select(columns).where("workspaceId", "=", tx.workspaceId);
  if (q !== undefined)
    query = query.where(sql<boolean>`strpos(lower(name || E'\\n' || hint), lower(${q})) > 0`);
  if (start !== undefined) query = query.where("id", "<", start);
  const rows = await query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageFrom(rows.map(toApiKey), page.limit);
}

export async function selectApiKey(
  tx: TenantTx,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<ApiKey | undefined> {
  let query = tx.db
    .selectFrom("apiKeys")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  if (options.lock) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  return row && toApiKey(row);
}

export async function markRevoked(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db
    .updateTable("apiKeys")
    .set({ revokedAt: at })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .execute();
}

export interface KnownKey {
  readonly workspaceId: string;
  readonly id: string;
  readonly scope: Scope;
  readonly expiresAt: Date | null;
  /** Its last use was recorded more than a minute ago, or never. */
  readonly stale: boolean;
}

/** The key with this hash in whatever workspace, if it is neither revoked nor expired by the database's clock. */
export async function findKeyByHash(system: Queryable, hash: Buffer): Promise<KnownKey | undefined> {
  const { rows } = await system.query<KnownKey>({
    name: "find_api_key",
    text: `select workspace_id as "workspaceId", id, scope, expires_at as "expiresAt",
             last_used_at is null or last_used_at < now() - interval '1 minute' as stale
           from api_keys
           where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    values: [hash],
  });
  return rows[0];
}

/** Records the use of a key, at most once a minute whoever asks. */
export async function touchKey(system: Queryable, workspaceId: string, id: string): Promise<void> {
  await system.query({
    name: "touch_api_key",
    text: `update api_keys set last_used_at = now()
           where workspace_id = $1 and id = $2 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    values: [workspaceId, id],
  });
}

function toApiKey(row: Omit<ApiKey, "scope"> & { readonly scope: string }): ApiKey {
  // The column's check allows nothing else.
  return { ...row, scope: row.scope as Scope };
}
