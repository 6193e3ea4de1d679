import { isUsableKey } from "../base/credentials.ts";
import { randomToken, sha256 } from "../base/crypto.ts";
import { newId } from "../base/ids.ts";
import type { Queryable, TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { insertApiKey, replaceUnusedSecret } from "./api-key-store.ts";
import { keyRow, newSecretKey, secretColumns } from "./api-keys.ts";
import { clearDemoWish, insertFirstStart, selectFirstStart } from "./first-start-store.ts";
import { insertInvitation, revokeOpenInvitations } from "./invitation-store.ts";
import { invitationEnd } from "./invitations.ts";
import { countOwners } from "./member-store.ts";
import { insertWorkspace, lockFirstStart, selectFirstWorkspaceId } from "./workspace-store.ts";

export interface FirstWorkspace {
  /** False: there was a workspace already, and nothing was done. */
  readonly created: boolean;
  /** The fresh key to show once; absent if the key came from the settings. */
  readonly apiKey?: string;
  /** Token of the one-time link that makes the first owner; see `invitationLink`. */
  readonly ownerToken?: string;
}

/**
 * At the very first start: workspace `default`, a key with owner rights and a link for the first owner, all in one
 * transaction, which also notes whether a demo is to be made; see `takeDemoWish`. Of processes that start side by side
 * one gets `created: true`. Throws if the given key is not 32 to 200 printable characters.
 */
export async function ensureFirstWorkspace(
  core: Core,
  options: { readonly bootstrapApiKey?: string | undefined; readonly demo?: boolean } = {},
): Promise<FirstWorkspace> {
  const { bootstrapApiKey, demo = false } = options;
  if (bootstrapApiKey !== undefined && !isUsableKey(bootstrapApiKey))
    throw new Error(
      "The first API key must have 32 to 200 printable ASCII characters, without a space at either end.",
    );
  const secret = bootstrapApiKey ?? newSecretKey();
  const ownerToken = randomToken();
  const created = await core.db.system(async (tx) => {
    await lockFirstStart(tx);
    if ((await selectFirstWorkspaceId(tx)) !== undefined) return false;
    const workspaceId = newId();
    await insertWorkspace(tx, { id: workspaceId, name: "default" });
    const key = keyRow(workspaceId, secret, { name: "first key", scope: "admin", ownerRights: true }, null);
    await insertApiKey(tx, key);
    const apiKeyId = bootstrapApiKey === undefined ? key.id : null;
    await insertFirstStart(tx, { workspaceId, apiKeyId, demoWanted: demo });
    await insertOwnerLink(core, tx, workspaceId, ownerToken);
    return true;
  });
  if (!created) return { created };
  return { created, ownerToken, ...(bootstrapApiKey === undefined ? { apiKey: secret } : {}) };
}

/**
 * Another secret for the first key, in place of the one before, as long as that was never used and the workspace has no
 * owner: the start that made it may have died before anybody saw it. Undefined otherwise, and if the key came from the
 * settings.
 */
export async function reissueFirstKey(core: Core): Promise<string | undefined> {
  const secret = newSecretKey();
  return await core.db.system(async (tx) => {
    await lockFirstStart(tx);
    const first = await selectFirstStart(tx);
    if (first === undefined || first.apiKeyId === null) return undefined;
    const { workspaceId, apiKeyId: id } = first;
    if ((await countOwners(tx, workspaceId)) > 0) return undefined;
    const replaced = await replaceUnusedSecret(tx, { workspaceId, id, ...secretColumns(secret) });
    return replaced ? secret : undefined;
  });
}

/**
 * True once, in the transaction that then makes the demo, if the first start wanted one: a start that dies before its
 * commit leaves the wish to the next.
 */
export async function takeDemoWish(tx: TenantTx): Promise<boolean> {
  return await clearDemoWish(tx);
}

/**
 * A new link for the first owner while there is none, in place of an earlier one. Undefined if the first workspace
 * has an owner, or if there is no workspace yet.
 */
export async function issueOwnerToken(core: Core): Promise<string | undefined> {
  const token = randomToken();
  return await core.db.system(async (tx) => {
    await lockFirstStart(tx);
    const workspaceId = await selectFirstWorkspaceId(tx);
    if (workspaceId === undefined || (await countOwners(tx, workspaceId)) > 0) return undefined;
    await revokeOpenInvitations(tx, workspaceId, null);
    await insertOwnerLink(core, tx, workspaceId, token);
    return token;
  });
}

/** The UUID of the workspace that the first start made; undefined before it. For the command line. */
export async function firstWorkspaceId(core: Core): Promise<string | undefined> {
  return await core.db.system(selectFirstWorkspaceId);
}

async function insertOwnerLink(core: Core, tx: Queryable, workspaceId: string, token: string): Promise<void> {
  await insertInvitation(tx, {
    workspaceId,
    id: newId(),
    email: null,
    role: "owner",
    tokenHash: sha256(token),
    invitedBy: null,
    expiresAt: invitationEnd(core.clock.now()),
  });
}
