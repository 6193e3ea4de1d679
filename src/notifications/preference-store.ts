import type { TenantTx } from "../db/index.ts";

/** Which kinds a member has chosen mails of, or no mails; kinds that are missing were never chosen. */
export async function selectPreferences(
  tx: TenantTx,
  memberId: string,
): Promise<ReadonlyMap<string, boolean>> {
  const rows = await tx.db
    .selectFrom("notificationPreferences")
    .select(["kind", "email"])
    .where("workspaceId", "=", tx.workspaceId)
    .where("memberId", "=", memberId)
    .execute();
  return new Map(rows.map(({ kind, email }) => [kind, email]));
}

/** Each kind once. */
export async function upsertPreferences(
  tx: TenantTx,
  memberId: string,
  preferences: readonly { readonly kind: string; readonly email: boolean }[],
): Promise<void> {
  await tx.query({
    text: `insert into notification_preferences (workspace_id, member_id, kind, email)
      select $1, $2, p.kind, p.email from unnest($3::text[], $4::boolean[]) as p (kind, email)
      on conflict (workspace_id, member_id, kind) do update set email = excluded.email, updated_at = now()`,
    values: [
      tx.workspaceId,
      memberId,
      preferences.map(({ kind }) => kind),
      preferences.map(({ email }) => email),
    ],
  });
}
