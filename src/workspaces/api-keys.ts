import { randomToken, sha256 } from "../base/crypto.ts";
import { AppError, invalidField, requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import { coversScope, type Scope } from "../base/route.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import {
  type ApiKey,
  type ApiKeyFilter,
  insertApiKey,
  markRevoked,
  type NewApiKeyRow,
  selectApiKey,
  selectApiKeys,
} from "./api-key-store.ts";
import { type Origin, recordChange } from "./audit.ts";
import { workspaceErrors } from "./errors.ts";
import { changedFields } from "./rules.ts";

export type { ApiKey } from "./api-key-store.ts";

export interface NewApiKey {
  readonly name: string;
  readonly scope: Scope;
  /** The program itself only: also the right to make owners. */
  readonly ownerRights?: boolean;
  readonly expiresAt?: Date | null;
}

const audited = ["name", "scope", "expiresAt"] as const;

/** A new secret: 32 random bytes behind a prefix by which scanners for leaked secrets recognise it. */
export function newSecretKey(): string {
  return `errand_${randomToken(32)}`;
}

/** What is stored of a secret: its hash, and the end by which people tell keys apart. */
export function secretColumns(secret: string): Pick<NewApiKeyRow, "hint" | "keyHash"> {
  return { hint: secret.slice(-4), keyHash: sha256(secret) };
}

/** The row that stores a key: its hash, never the key. */
export function keyRow(
  workspaceId: string,
  secret: string,
  key: NewApiKey,
  createdBy: string | null,
): NewApiKeyRow {
  return {
    workspaceId,
    id: newId(),
    name: key.name,
    ...secretColumns(secret),
    scope: key.scope,
    ownerRights: key.ownerRights ?? false,
    createdBy,
    expiresAt: key.expiresAt ?? null,
  };
}

/**
 * Makes a key; `secret` is shown this once. Throws `scope_too_high` (a caller may pass on at most its own scope)
 * and 422 at `expiresAt` if that is past.
 */
export async function createApiKey(
  core: Core,
  tx: TenantTx,
  key: NewApiKey,
  origin: Origin,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  const { caller } = origin;
  if (caller !== null && (key.ownerRights || !coversScope(caller.scope, key.scope)))
    throw new AppError(workspaceErrors.scope_too_high);
  if (key.expiresAt && key.expiresAt <= core.clock.now())
    throw invalidField("expiresAt", "in_past", "must be in the future");
  const secret = newSecretKey();
  const row = keyRow(tx.workspaceId, secret, key, caller?.kind === "member" ? caller.id : null);
  await insertApiKey(tx, row);
  const made = requireRow(await selectApiKey(tx, row.id), "reading a key that was just made");
  await recordChange(tx, {
    ...origin,
    action: "apiKey.create",
    target: { kind: "apiKey", id: made.id },
    changes: changedFields(undefined, made, audited),
  });
  return { key: made, secret };
}

/** The workspace's keys, newest first, also revoked ones. */
export async function listApiKeys(tx: TenantTx, filter: ApiKeyFilter, page: Page): Promise<PageOf<ApiKey>> {
  return await selectApiKeys(tx, filter, page);
}

/** Makes a key useless for good; other processes notice within `keyCacheSeconds`. A revoked key stays as it is. */
export async function revokeApiKey(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const key = requireFound(await selectApiKey(tx, id, { lock: true }), "API key");
  if (key.revokedAt !== null) return;
  const revokedAt = core.clock.now();
  await markRevoked(tx, id, revokedAt);
  await recordChange(tx, {
    ...origin,
    action: "apiKey.revoke",
    target: { kind: "apiKey", id },
    changes: { revokedAt: [null, revokedAt] },
  });
}
