import { type Selectable, sql, type Updateable } from "kysely";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import { toStorableJson } from "../base/text.ts";
import type { Database, DB, TenantTx } from "../db/index.ts";
import { httpProviderKinds } from "./models/index.ts";
import type { ModelPrices } from "./prices.ts";

type ProviderRow = Selectable<DB["modelProviders"]>;

export const providerKinds = [...httpProviderKinds, "sandbox"] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** Where models are called. Its API key is stored sealed and never shown. */
export interface ModelProvider {
  readonly id: string;
  readonly name: string;
  readonly kind: ProviderKind;
  /** Null: the vendor's own server; for the sandbox none. */
  readonly baseUrl: string | null;
  readonly hasApiKey: boolean;
  /** So many calls run at once in each worker process; null: no bound. */
  readonly maxConcurrent: number | null;
  /** Prices that go before the built-in ones. */
  readonly prices: ModelPrices;
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
  readonly maxConcurrent: number | null;
  readonly prices: ModelPrices;
  readonly meta: Meta;
}

export async function insertProvider(
  tx: TenantTx,
  id: string,
  values: ProviderValues,
): Promise<StoredProvider> {
  const row = await tx.db
    .insertInto("modelProviders")
    .values({
      ...values,
      id,
      workspaceId: tx.workspaceId,
      prices: toStorableJson(values.prices),
      meta: toStorableJson(values.meta),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toProvider(row);
}

/** With a lock nobody else changes or deletes it until this transaction ends. */
export async function selectProvider(
  tx: TenantTx,
  id: string,
  lock?: "for update",
): Promise<StoredProvider | undefined> {
  const query = tx.db
    .selectFrom("modelProviders")
    .selectAll()
    .where("workspaceId", "=", tx.workspaceId)
    .where("id", "=", id);
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
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

export interface ProviderFilter {
  /** Part of the name or the base URL, in any case. */
  readonly q?: string | undefined;
  readonly kind?: ProviderKind | undefined;
}

/** Providers, newest first. A workspace has few, so that looking through the texts needs no index. */
export async function selectProviders(
  tx: TenantTx,
  { q, kind }: ProviderFilter,
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
  if (kind !== undefined) query = query.where("kind", "=", kind);
  if (q !== undefined)
    query = query.where(
      sql<boolean>`strpos(lower(name || E'\\n' || coalesce(base_url, '')), lower(${q})) > 0`,
    );
  return pageFrom((await query.execute()).map(toProvider), page.limit);
}

/** As the system: where the providers of all workspaces are, each place once. */
export async function selectPlaces(
  db: Database,
): Promise<readonly { readonly kind: ProviderKind; readonly baseUrl: string | null }[]> {
  const { rows } = await db.autocommit.query<{ kind: ProviderKind; baseUrl: string | null }>({
    text: `select distinct kind, base_url as "baseUrl" from model_providers order by 1, 2`,
  });
  return rows;
}

/** The model of the newest agent that uses the provider. */
export async function selectUsedModel(tx: TenantTx, id: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom("agents")
    .select("model")
    .where("workspaceId", "=", tx.workspaceId)
    .where("modelProviderId", "=", id)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.model;
}

export async function updateProviderRow(
  tx: TenantTx,
  id: string,
  changes: Partial<Omit<ProviderValues, "kind">>,
): Promise<StoredProvider> {
  const { meta, prices, ...columns } = changes;
  const values: Updateable<DB["modelProviders"]> = {
    ...columns,
    ...(meta === undefined ? {} : { meta: toStorableJson(meta) }),
    ...(prices === undefined ? {} : { prices: toStorableJson(prices) }),
  };
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
  const { workspaceId: _, kind, meta, prices, ...provider } = row;
  return {
    ...provider,
    hasApiKey: row.apiKeySealed !== null,
    // The column's check lets no other kind in, and the API nothing but objects.
    kind: kind as ProviderKind,
    meta: meta as Meta,
    prices: prices as unknown as ModelPrices,
  };
}
