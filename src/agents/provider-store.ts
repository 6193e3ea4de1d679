import type { Selectable, Updateable } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import { toStorableJson } from "../base/text.ts";
import type { Database, DB, TenantTx } from "../db/index.ts";

type ProviderRow = Selectable<DB["modelProviders"]>;

export const providerKinds = ["openai_compatible", "sandbox"] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** Where models are called. Its API key is stored sealed and never shown. */
export interface ModelProvider {
  readonly id: string;
  readonly name: string;
  readonly kind: ProviderKind;
  /** Null for the sandbox. */
  readonly baseUrl: string | null;
  readonly hasApiKey: boolean;
  readonly meta: Meta;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A provider with its sealed key, which leaves this module only inside a model call. */
export type StoredProvider = ModelProvider & { readonly apiKeySealed: Buffer | null };

export interface ProviderValues {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string | null;
  readonly apiKeySealed: Buffer | null;
  readonly meta: Meta;
}

export async function insertProvider(
  tx: TenantTx,
  id: string,
  values: ProviderValues,
): Promise<StoredProvider> {
  const row = await tx.db
    .insertInto("modelProviders")
    .values({ ...values, id, workspaceId: tx.workspaceId, meta: toStorableJson(values.meta) })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toProvider(row);
}

export async function selectProvider(tx: TenantTx, id: string): Promise<StoredProvider | undefined> {
  const row = await tx.db
    .selectFrom("modelProviders")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : toProvider(row);
}

/** As `selectProvider`, and nobody else changes or deletes the provider until this transaction ends. */
export async function selectProviderForUpdate(tx: TenantTx, id: string): Promise<StoredProvider | undefined> {
  const row = await tx.db
    .selectFrom("modelProviders")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : toProvider(row);
}

/** True if the provider exists; it then stays until this transaction ends. */
export async function keepProvider(tx: TenantTx, id: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom("modelProviders")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .forKeyShare()
    .executeTakeFirst();
  return row !== undefined;
}

/** Providers, newest first. */
export async function selectProviders(
  tx: TenantTx,
  filter: { readonly kind?: ProviderKind | undefined },
  page: Page,
): Promise<PageOf<StoredProvider>> {
  const before = pageStart(page);
  let query = tx.db
    .selectFrom("modelProviders")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  if (before !== undefined) query = query.where("id", "<", before);
  if (filter.kind !== undefined) query = query.where("kind", "=", filter.kind);
  return pageFrom((await query.execute()).map(toProvider), page.limit);
}

/** As the system: the base URLs of all workspaces' providers, each once. */
export async function selectBaseUrls(db: Database): Promise<readonly string[]> {
  const { rows } = await db.autocommit.query<{ base_url: string }>({
    text: "select distinct base_url from model_providers where base_url is not null order by base_url",
  });
  return rows.map((row) => row.base_url);
}

export async function updateProviderRow(
  tx: TenantTx,
  id: string,
  changes: Partial<Omit<ProviderValues, "kind">>,
): Promise<StoredProvider> {
  const { meta, ...columns } = changes;
  const values: Updateable<DB["modelProviders"]> =
    meta === undefined ? columns : { ...columns, meta: toStorableJson(meta) };
  const row = await tx.db
    .updateTable("modelProviders")
    .set((eb) => ({ ...values, updatedAt: eb.fn("now") }))
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toProvider(row);
}

export async function deleteProviderRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db
    .deleteFrom("modelProviders")
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
}

function toProvider(row: ProviderRow): StoredProvider {
  const { workspaceId: _, kind, meta, ...provider } = row;
  return {
    ...provider,
    hasApiKey: row.apiKeySealed !== null,
    // The column's check lets no other kind in, and the API nothing but objects.
    kind: kind as ProviderKind,
    meta: meta as Meta,
  };
}
