import type { SystemTx, TenantTx } from "../db/index.ts";

/** A stored answer, or the claim of the request that is making it. */
export interface StoredRequest {
  readonly requestHash: Buffer;
  /** Null while the first request runs. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The sealed body in base64; null for an answer without one. */
  readonly body: string | null;
}

const claimText = `
  insert into idempotency_keys (workspace_id, key, request_hash, locked_until)
  values ($1, $2, $3, now() + make_interval(secs => $4))
  on conflict (workspace_id, key) do update
    set request_hash = excluded.request_hash, locked_until = excluded.locked_until, created_at = now(),
        status = null, headers = null, body = null
    where idempotency_keys.created_at < now() - make_interval(secs => $5)
       or (idempotency_keys.status is null and idempotency_keys.locked_until < now()
           and idempotency_keys.request_hash = excluded.request_hash)
  returning locked_until::text as claim`;

/**
 * Claims a key for a request that is about to run. Answers the claim, or undefined if another request has the key:
 * one that was answered within `keptSeconds` or that may still run. A claim is the text of its own end, which no
 * other claim of the key shares.
 */
export async function claimKey(
  tx: TenantTx,
  request: {
    readonly key: string;
    readonly hash: Buffer;
    readonly lockSeconds: number;
    readonly keptSeconds: number;
  },
): Promise<string | undefined> {
  const { key, hash, lockSeconds, keptSeconds } = request;
  const { rows } = await tx.query<{ claim: string }>({
    text: claimText,
    values: [tx.workspaceId, key, hash, lockSeconds, keptSeconds],
  });
  return rows[0]?.claim;
}

/** What is stored under a key. */
export async function findRequest(tx: TenantTx, key: string): Promise<StoredRequest | undefined> {
  const { rows } = await tx.query<{
    request_hash: Buffer;
    status: number | null;
    headers: Record<string, string> | null;
    body: string | null;
  }>({
    text: "select request_hash, status, headers, body from idempotency_keys where workspace_id = $1 and key = $2",
    values: [tx.workspaceId, key],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return { requestHash: row.request_hash, status: row.status, headers: row.headers ?? {}, body: row.body };
}

/** Stores an answer, if the claim still holds the key. */
export async function storeAnswer(
  tx: TenantTx,
  key: string,
  claim: string,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  },
): Promise<void> {
  await tx.query({
    text: `update idempotency_keys set status = $4, headers = $5, body = $6
           where workspace_id = $1 and key = $2 and locked_until = $3::timestamptz and status is null`,
    values: [tx.workspaceId, key, claim, answer.status, JSON.stringify(answer.headers), answer.body],
  });
}

/** Gives a key back, so that the request may be made again, if the claim still holds it. */
export async function releaseKey(tx: TenantTx, key: string, claim: string): Promise<void> {
  await tx.query({
    text: `delete from idempotency_keys
           where workspace_id = $1 and key = $2 and locked_until = $3::timestamptz and status is null`,
    values: [tx.workspaceId, key, claim],
  });
}

/** Deletes up to `limit` keys older than `keptSeconds`, of all workspaces; answers how many. */
export async function deleteOldKeys(
  tx: SystemTx,
  options: { readonly keptSeconds: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await tx.query({
    text: `delete from idempotency_keys where (workspace_id, key) in (
             select workspace_id, key from idempotency_keys
             where created_at < now() - make_interval(secs => $1) limit $2)`,
    values: [options.keptSeconds, options.limit],
  });
  return rowCount ?? 0;
}
