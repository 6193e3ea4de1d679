import { sql } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { toStorableJson } from "../base/text.ts";
import type { Database, TenantTx } from "../db/index.ts";
import type { Channel, ChannelStatus } from "./channel.ts";

const columns = [
  "id",
  "platform",
  "kind",
  "name",
  "status",
  "defaultAgentId",
  "demo",
  "meta",
  "createdAt",
  "updatedAt",
] as const;

type ChannelRow = Omit<Channel, "status" | "meta"> & { readonly status: string; readonly meta: unknown };

/** The column's check allows no other status; `meta` is only ever written as an object. */
function toChannel(row: ChannelRow): Channel {
  return { ...row, status: row.status as ChannelStatus, meta: row.meta as Channel["meta"] };
}

export interface ChannelFilter {
  /** Part of the name, in any case. */
  readonly q?: string | undefined;
  readonly platform?: string | undefined;
  readonly status?: ChannelStatus | undefined;
  readonly demo?: boolean | undefined;
  readonly defaultAgentId?: string | undefined;
}

export interface ChannelChange {
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: ChannelStatus | undefined;
  readonly defaultAgentId?: string | null | undefined;
  readonly meta?: Channel["meta"] | undefined;
}

export async function insertChannel(
  tx: TenantTx,
  channel: Pick<Channel, "id" | "platform" | "kind" | "name" | "defaultAgentId" | "demo" | "meta"> & {
    readonly secretSealed: Buffer;
  },
): Promise<Channel> {
  const row = await tx.db
    .insertInto("channels")
    .values({ workspaceId: tx.workspaceId, ...channel, meta: toStorableJson(channel.meta) })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toChannel(row);
}

export async function selectChannel(
  tx: TenantTx,
  id: string,
  lock?: "for update",
): Promise<Channel | undefined> {
  const query = tx.db
    .selectFrom("channels")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  const row = await (lock === undefined ? query : query.forNoKeyUpdate()).executeTakeFirst();
  return row === undefined ? undefined : toChannel(row);
}

export async function selectChannels(
  tx: TenantTx,
  filter: ChannelFilter,
  page: Page,
): Promise<PageOf<Channel>> {
  let query = tx.db
    .selectFrom("channels")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const before = pageStart(page);
  if (before !== undefined) query = query.where("id", "<", before);
  if (filter.platform !== undefined) query = query.where("platform", "=", filter.platform);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (filter.demo !== undefined) query = query.where("demo", "=", filter.demo);
  if (filter.defaultAgentId !== undefined) query = query.where("defaultAgentId", "=", filter.defaultAgentId);
  // A workspace has few, so that looking through the names needs no index.
  if (filter.q !== undefined) query = query.where(sql<boolean>`strpos(lower(name), lower(${filter.q})) > 0`);
  return pageFrom((await query.execute()).map(toChannel), page.limit);
}

export async function updateChannelRow(
  tx: TenantTx,
  id: string,
  change: ChannelChange & { readonly secretSealed?: Buffer; readonly demo?: false },
): Promise<Channel | undefined> {
  const { meta, ...plain } = change;
  const row = await tx.db
    .updateTable("channels")
    .set({
      ...plain,
      ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
      updatedAt: sql<Date>`now()`,
    })
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toChannel(row);
}

export async function clearDefaultAgentRows(tx: TenantTx, agentId: string): Promise<void> {
  await tx.db
    .updateTable("channels")
    .set({ defaultAgentId: null, updatedAt: sql<Date>`now()` })
    .where("workspaceId", "=", tx.workspaceId)
    .where("defaultAgentId", "=", agentId)
    .execute();
}

export async function selectSecret(tx: TenantTx, id: string): Promise<Buffer | undefined> {
  const row = await tx.db
    .selectFrom("channels")
    .select("secretSealed")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.secretSealed;
}

export async function deleteChannelRow(tx: TenantTx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom("channels")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Whose channel this is. As the system: the contact's side of a channel knows no workspace. */
export async function selectWorkspaceOfChannel(db: Database, id: string): Promise<string | undefined> {
  const { rows } = await db.autocommit.query<{ workspace_id: string }>({
    text: "select workspace_id from channels where id = $1",
    values: [id],
  });
  return rows[0]?.workspace_id;
}
