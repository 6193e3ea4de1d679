import { sql } from "kysely";
import type { Database, TenantTx } from "../db/index.ts";

/** One browser or program that speaks as a contact on a web channel. */
export interface Visitor {
  readonly workspaceId: string;
  readonly id: string;
  readonly channelId: string;
  readonly contactId: string;
}

export async function insertVisitor(
  tx: TenantTx,
  visitor: Omit<Visitor, "workspaceId"> & { readonly tokenHash: Buffer; readonly verified: boolean },
): Promise<void> {
  await tx.db
    .insertInto("webVisitors")
    .values({ workspaceId: tx.workspaceId, ...visitor })
    .execute();
}

/** As the system: a visitor's token is all that the contact's side knows. Notes at most once a minute that it was used. */
export async function selectVisitorByToken(db: Database, tokenHash: Buffer): Promise<Visitor | undefined> {
  const { rows } = await db.autocommit.query<{
    workspace_id: string;
    id: string;
    channel_id: string;
    contact_id: string;
    stale: boolean;
  }>({
    name: "visitor_by_token",
    text: `select workspace_id, id, channel_id, contact_id, last_seen_at < now() - interval '1 minute' as stale
      from web_visitors where token_hash = $1`,
    values: [tokenHash],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  if (row.stale)
    await db.autocommit.query({
      text: "update web_visitors set last_seen_at = now() where workspace_id = $1 and id = $2",
      values: [row.workspace_id, row.id],
    });
  return { workspaceId: row.workspace_id, id: row.id, channelId: row.channel_id, contactId: row.contact_id };
}

/** The channels on which a contact has visited, the latest first. */
export async function selectVisitedChannels(
  tx: TenantTx,
  contactId: string,
): Promise<readonly { readonly channelId: string }[]> {
  return tx.db
    .selectFrom("webVisitors")
    .select("channelId")
    .where("workspaceId", "=", tx.workspaceId)
    .where("contactId", "=", contactId)
    .groupBy("channelId")
    .orderBy(sql`max(last_seen_at)`, "desc")
    .execute();
}
