import { sql } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Role } from "../base/route.ts";
import type { Queryable, TenantTx } from "../db/index.ts";

export interface Invitation {
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
  readonly invitedBy: string | null;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

const columns = [
  "id",
  "email",
  "role",
  "invitedBy",
  "expiresAt",
  "acceptedAt",
  "revokedAt",
  "createdAt",
] as const;

/** Raw SQL, because the first start's link is made in a system transaction. */
export async function insertInvitation(
  tx: Queryable,
  invitation: {
    readonly workspaceId: string;
    readonly id: string;
    readonly email: string | null;
    readonly role: Role;
    readonly tokenHash: Buffer;
    readonly invitedBy: string | null;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.query({
    text: `insert into invitations (workspace_id, id, email, role, token_hash, invited_by, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      invitation.workspaceId,
      invitation.id,
      invitation.email,
      invitation.role,
      invitation.tokenHash,
      invitation.invitedBy,
      invitation.expiresAt,
    ],
  });
}

export interface InvitationFilter {
  /** Part of the e-mail address, in any case; an open link has none. */
  readonly q?: string | undefined;
}

/** Invitations, newest first. A workspace has few, so that looking through the addresses needs no index. */
export async function selectInvitations(
  tx: TenantTx,
  { q }: InvitationFilter,
  page: Page,
): Promise<PageOf<Invitation>> {
  const start = pageStart(page);
  let query = tx.db.selectFrom("invitations").select(columns).where("workspaceId", "=", tx.workspaceId);
  if (q !== undefined) query = query.where(sql<boolean>`strpos(lower(email), lower(${q})) > 0`);
  if (start !== undefined) query = query.where("id", "<", start);
  const rows = await query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageFrom(rows.map(toInvitation), page.limit);
}

export async function selectInvitation(
  tx: TenantTx,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<Invitation | undefined> {
  let query = tx.db
    .selectFrom("invitations")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  if (options.lock) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  return row && toInvitation(row);
}

export async function markInvitationRevoked(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db
    .updateTable("invitations")
    .set({ revokedAt: at })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .execute();
}

/** Revokes what is still open for an address, or with null the open links for whoever opens them. */
export async function revokeOpenInvitations(
  tx: Queryable,
  workspaceId: string,
  email: string | null,
): Promise<void> {
  await tx.query({
    text: `update invitations set revoked_at = now()
           where workspace_id = $1 and email is not distinct from $2 and accepted_at is null and revoked_at is null`,
    values: [workspaceId, email],
  });
}

export interface InvitationByToken {
  readonly workspaceId: string;
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
}

/** The open invitation with this token in whatever workspace; with `lock` nobody else accepts it meanwhile. */
export async function findOpenInvitation(
  tx: Queryable,
  tokenHash: Buffer,
  options: { readonly lock: boolean },
): Promise<InvitationByToken | undefined> {
  const { rows } = await tx.query<InvitationByToken>({
    text: `select workspace_id as "workspaceId", id, email, role from invitations
           where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > now()
           ${options.lock ? "for update" : ""}`,
    values: [tokenHash],
  });
  return rows[0];
}

export async function markInvitationAccepted(tx: Queryable, invitation: InvitationByToken): Promise<void> {
  await tx.query({
    text: "update invitations set accepted_at = now() where workspace_id = $1 and id = $2",
    values: [invitation.workspaceId, invitation.id],
  });
}

function toInvitation(row: Omit<Invitation, "role"> & { readonly role: string }): Invitation {
  // The column's check allows nothing else.
  return { ...row, role: row.role as Role };
}
