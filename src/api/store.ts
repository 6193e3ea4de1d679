import type { SystemTx, TenantTx } from "../db/index.ts";

/** A stored answer, or the claim of the request that is making it. */
export interface StoredRequest {
  readonly requestHash: Buffer;
  /** Null while there is no answer. */
  readonly status: number | null;
  /** There is no answer, and nobody is making one any more. */
  readonly abandoned: boolean;
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
  returning created_at::text as claim`;

/**
 * Claims a key for a request that is about to run. Answers the claim, or undefined if another request had the key
 * within `keptSeconds`. Without an answer after `lockSeconds` the claim counts as abandoned, but is not given to anybody
 * else. A claim is the text of its own time, which no other claim of the key shares.
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
    abandoned: boolean;
    headers: Record<string, string> | null;
    body: string | null;
  }>({
    text: `select request_hash, status, status is null and locked_until <= now() as abandoned, headers, body
           from idempotency_keys where workspace_id = $1 and key = $2`,
    values: [tx.workspaceId, key],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  const { status, abandoned, body } = row;
  return { requestHash: row.request_hash, status, abandoned, headers: row.headers ?? {}, body };
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
           where workspace_id = $1 and key = $2 and created_at = $3::timestamptz and status is null`,
    values: [tx.workspaceId, key, claim, answer.status, JSON.stringify(answer.headers), answer.body],
  });
}

/** Marks a key whose request ended without anybody knowing how, if the claim still holds it. */
export async function abandonKey(tx: TenantTx, key: string, claim: string): Promise<void> {
  await tx.query({
    text: `update idempotency_keys set locked_until = now()
           where workspace_id = $1 and key = $2 and created_at = $3::timestamptz and status is null`,
    values: [tx.workspaceId, key, claim],
  });
}

/** Gives a key back, so that the request may be made again, if the claim still holds it. */
export async function releaseKey(tx: TenantTx, key: string, claim: string): Promise<void> {
  await tx.query({
    text: `delete from idempotency_keys
           where workspace_id = $1 and key = $2 and created_at = $3::timestamptz and status is null`,
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
