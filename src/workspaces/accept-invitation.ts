import { sha256 } from "../base/crypto.ts";
import { AppError, invalidFields } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { uniqueViolation } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { accountEmailConstraint, insertAccount } from "./account-store.ts";
import { insertAuditEntry } from "./audit-store.ts";
import type { Account, Auth } from "./auth.ts";
import { workspaceErrors } from "./errors.ts";
import { findOpenInvitation, type InvitationByToken, markInvitationAccepted } from "./invitation-store.ts";
import { insertMember } from "./member-store.ts";
import { changedFields } from "./rules.ts";

/** What a person without an account gives; `email` only if the invitation names none. */
export interface NewAccount {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

export interface AcceptedInvitation {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly email: string;
}

interface PreparedAccount extends Account {
  /** Undefined: the account is there already. */
  readonly passwordHash: string | undefined;
}

/**
 * Makes the person a member, with the account they are signed in with or a new one. Account, membership and used
 * link commit together, so of two who open the link at the same moment one gets in. Throws `invitation_invalid`,
 * `invitation_other_email`, `already_member`, `email_taken`, and 422 for what a new account lacks.
 */
export async function acceptInvitation(
  core: Core,
  auth: Auth,
  token: string,
  person: { readonly signedIn: Account } | { readonly newAccount: NewAccount },
  requestId: string | null,
): Promise<AcceptedInvitation> {
  const tokenHash = sha256(token);
  const found = await findOpenInvitation(core.db.autocommit, tokenHash, { lock: false });
  if (found === undefined) throw new AppError(workspaceErrors.invitation_invalid);
  const account =
    "signedIn" in person
      ? { ...person.signedIn, passwordHash: undefined }
      : await prepareAccount(auth, found, person.newAccount);
  // Whoever else learned the link must not get in with it under another address.
  if (found.email !== null && found.email !== account.email)
    throw new AppError(workspaceErrors.invitation_other_email);
  const memberId = newId();
  try {
    await core.db.system(async (tx) => {
      const invitation = await findOpenInvitation(tx, tokenHash, { lock: true });
      if (invitation === undefined) throw new AppError(workspaceErrors.invitation_invalid);
      const { userId, name, email, passwordHash } = account;
      if (passwordHash !== undefined)
        await insertAccount(tx, { userId, accountId: newId(), name, email, passwordHash });
      const { workspaceId, role } = invitation;
      await insertMember(tx, { workspaceId, id: memberId, userId, name, email, role });
      await markInvitationAccepted(tx, invitation);
      tx.announce({ workspaceId, kind: "member", id: memberId });
      tx.announce({ workspaceId, kind: "invitation", id: invitation.id });
      await insertAuditEntry(tx, {
        workspaceId,
        actorKind: "member",
        actorId: memberId,
        action: "member.join",
        targetKind: "member",
        targetId: memberId,
        changes: changedFields(undefined, { name, email, role }, ["name", "email", "role"]),
        requestId,
      });
    });
  } catch (error) {
    const constraint = uniqueViolation(error);
    if (constraint === accountEmailConstraint) throw new AppError(workspaceErrors.email_taken);
    if (constraint !== undefined) throw new AppError(workspaceErrors.already_member);
    throw error;
  }
  return { workspaceId: found.workspaceId, memberId, email: account.email };
}

async function prepareAccount(
  auth: Auth,
  invitation: InvitationByToken,
  given: NewAccount,
): Promise<PreparedAccount> {
  const email = given.email?.toLowerCase() ?? invitation.email;
  const { name, password } = given;
  if (name === undefined || password === undefined || email === null) {
    const missing = Object.entries({ name, email: email ?? undefined, password });
    throw invalidFields(
      ...missing
        .filter(([, value]) => value === undefined)
        .map(([path]) => ({ path, code: "required", message: "is required for a new account" })),
    );
  }
  return { userId: newId(), name, email, passwordHash: await auth.hashPassword(password) };
}
