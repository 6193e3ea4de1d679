import { sql } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Role } from "../base/route.ts";
import type { Queryable, TenantTx } from "../db/index.ts";
import type { Membership } from "./rules.ts";

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = ["id", "name", "email", "role", "createdAt", "updatedAt"] as const;

export interface MemberFilter {
  /** Part of the name or the e-mail address, in any case. */
  readonly q?: string | undefined;
  readonly role?: Role | undefined;
}

/** Raw SQL: an invitation is accepted in a system transaction, by its token. */
export async function insertMember(
  tx: Queryable,
  member: {
    readonly workspaceId: string;
    readonly id: string;
    readonly userId: string;
    readonly name: string;
    readonly email: string;
    readonly role: Role;
  },
): Promise<void> {
  await tx.query({
    text: "insert into members (workspace_id, id, user_id, name, email, role) values ($1, $2, $3, $4, $5, $6)",
    values: [member.workspaceId, member.id, member.userId, member.name, member.email, member.role],
  });
}

/** All memberships of a person, oldest first. */
export async function selectMembershipsOfUser(tx: Queryable, userId: string): Promise<readonly Membership[]> {
  const { rows } = await tx.query<Membership>({
    name: "memberships_of_user",
    text: `select workspace_id as "workspaceId", id as "memberId", role from members
           where user_id = $1 order by created_at, id`,
    values: [userId],
  });
  return rows;
}

/** Members, newest first. A workspace has few, so that looking through the texts needs no index. */
export async function selectMembers(tx: TenantTx, filter: MemberFilter, page: Page): Promise<PageOf<Member>> {
  const start = pageStart(page);
  let query = tx.db.selectFrom("members").select(columns).where("workspaceId", "=", tx.workspaceId);
  const { q, role } = filter;
  if (role !== undefined) query = query.where("role", "=", role);
  if (q !== undefined)
    query = query.where(sql<boolean>`strpos(lower(name || E'\\n' || email), lower(${q})) > 0`);
  if (start !== undefined) query = query.where("id", "<", start);
  const rows = await query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
  return pageFrom(rows.map(toMember), page.limit);
}

export async function selectMembersWithRoles(
  tx: TenantTx,
  roles: readonly Role[],
): Promise<readonly Member[]> {
  const rows = await tx.db
    .selectFrom("members")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("role", "in", [...roles])
    .orderBy("id")
    .execute();
  return rows.map(toMember);
}

export async function selectMember(tx: TenantTx, id: string): Promise<Member | undefined> {
  const row = await tx.db
    .selectFrom("members")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toMember(row);
}

export async function hasMemberWithEmail(tx: TenantTx, email: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom("members")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("email", "=", email)
    .executeTakeFirst();
  return row !== undefined;
}

/** Also for system transactions, which see all workspaces. */
export async function countOwners(tx: Queryable, workspaceId: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    text: "select count(*)::integer as count from members where workspace_id = $1 and role = 'owner'",
    values: [workspaceId],
  });
  return rows[0]?.count ?? 0;
}

export async function updateMemberRole(tx: TenantTx, id: string, role: Role, at: Date): Promise<Member> {
  const row = await tx.db
    .updateTable("members")
    .set({ role, updatedAt: at })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toMember(row);
}

/** Gives all of a person's memberships a name. Answers those that had another, with it. */
export async function updateNameOfUser(
  tx: Queryable,
  userId: string,
  name: string,
): Promise<readonly { readonly workspaceId: string; readonly memberId: string; readonly before: string }[]> {
  const { rows } = await tx.query<{ workspaceId: string; memberId: string; before: string }>({
    text: `update members m set name = $2, updated_at = now()
      from members old
      where old.workspace_id = m.workspace_id and old.id = m.id and m.user_id = $1 and old.name <> $2
      returning m.workspace_id as "workspaceId", m.id as "memberId", old.name as before`,
    values: [userId, name],
  });
  return rows;
}

export async function deleteMember(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom("members").where("workspaceId", "=", tx.workspaceId).where("id", "=", id).execute();
}

function toMember(row: Omit<Member, "role"> & { readonly role: string }): Member {
  // The column's check allows nothing else.
  return { ...row, role: row.role as Role };
}
