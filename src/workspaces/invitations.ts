import { randomToken, sha256 } from "../base/crypto.ts";
import { AppError, requireFound, requireRow } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { Role } from "../base/route.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type Origin, recordChange } from "./audit.ts";
import { workspaceErrors } from "./errors.ts";
import {
  type Invitation,
  type InvitationFilter,
  insertInvitation,
  markInvitationRevoked,
  revokeOpenInvitations,
  selectInvitation,
  selectInvitations,
} from "./invitation-store.ts";
import { hasMemberWithEmail } from "./member-store.ts";
import { requireOwner } from "./members.ts";
import { changedFields } from "./rules.ts";

export type { Invitation } from "./invitation-store.ts";

export interface NewInvitation {
  /** In lower case. Null: for whoever opens the link. */
  readonly email: string | null;
  readonly role: Role;
}

const validMs = 7 * 24 * 3600 * 1000;
const audited = ["email", "role", "expiresAt"] as const;

/** When an invitation that is made now ends. */
export function invitationEnd(now: Date): Date {
  return new Date(now.getTime() + validMs);
}

/** Where a person opens an invitation. The token stays behind `#`, so that no server or proxy logs it. */
export function invitationLink(publicUrl: string, token: string): string {
  return `${publicUrl}/invitation#token=${token}`;
}

/**
 * Invites somebody; `token` is shown this once and holds seven days. An earlier open invitation for the same address
 * is revoked. Throws `owner_only` for a new owner and `already_member`.
 */
export async function createInvitation(
  core: Core,
  tx: TenantTx,
  invitation: NewInvitation,
  origin: Origin,
): Promise<{ readonly invitation: Invitation; readonly token: string }> {
  const { email, role } = invitation;
  if (role === "owner") await requireOwner(tx, origin.caller);
  if (email !== null) {
    if (await hasMemberWithEmail(tx, email)) throw new AppError(workspaceErrors.already_member);
    await revokeOpenInvitations(tx, tx.workspaceId, email);
  }
  const token = randomToken();
  const id = newId();
  await insertInvitation(tx, {
    workspaceId: tx.workspaceId,
    id,
    email,
    role,
    tokenHash: sha256(token),
    invitedBy: origin.caller?.kind === "member" ? origin.caller.id : null,
    expiresAt: invitationEnd(core.clock.now()),
  });
  const made = requireRow(await selectInvitation(tx, id), "reading an invitation that was just made");
  await recordChange(tx, {
    ...origin,
    action: "invitation.create",
    target: { kind: "invitation", id },
    changes: changedFields(undefined, made, audited),
  });
  return { invitation: made, token };
}

/** The workspace's invitations, newest first, whatever became of them. */
export async function listInvitations(
  tx: TenantTx,
  filter: InvitationFilter,
  page: Page,
): Promise<PageOf<Invitation>> {
  return await selectInvitations(tx, filter, page);
}

/** Makes the link useless. Throws `invitation_accepted`; a revoked invitation stays as it is. */
export async function revokeInvitation(core: Core, tx: TenantTx, id: string, origin: Origin): Promise<void> {
  const invitation = requireFound(await selectInvitation(tx, id, { lock: true }), "invitation");
  if (invitation.acceptedAt !== null) throw new AppError(workspaceErrors.invitation_accepted);
  if (invitation.revokedAt !== null) return;
  const revokedAt = core.clock.now();
  await markInvitationRevoked(tx, id, revokedAt);
  await recordChange(tx, {
    ...origin,
    action: "invitation.revoke",
    target: { kind: "invitation", id },
    changes: { revokedAt: [null, revokedAt] },
  });
}
