import { AppError, invalidFields, requireFound } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { withoutUndefined } from "../base/objects.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { Meta } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import type { Origin } from "../workspaces/index.ts";
import { selectAgentNamesOfProvider } from "./agent-store.ts";
import { agentErrors } from "./errors.ts";
import type { HttpProviderKind } from "./models/index.ts";
import type { ModelPrices } from "./prices.ts";
import { findProviderFaults, placeOf } from "./provider-faults.ts";
import {
  deleteProviderRow,
  insertProvider,
  type ModelProvider,
  type ProviderFilter,
  type ProviderKind,
  type StoredProvider,
  selectPlaces,
  selectProvider,
  selectProviders,
  updateProviderRow,
} from "./provider-store.ts";
import { recordWithSecret } from "./record-with-secret.ts";
import { namesShown, quoteNames } from "./using-agents.ts";

export interface NewModelProvider {
  readonly name: string;
  readonly kind: ProviderKind;
  /** Null: the vendor's own server. */
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
  readonly maxConcurrent?: number | null | undefined;
  readonly prices?: ModelPrices | undefined;
  readonly meta?: Meta | undefined;
}

export interface ModelProviderChanges {
  readonly name?: string | undefined;
  /** Null: the vendor's own server. */
  readonly baseUrl?: string | null | undefined;
  /** Null removes the key. */
  readonly apiKey?: string | null | undefined;
  readonly maxConcurrent?: number | null | undefined;
  /** Replaces all of them. */
  readonly prices?: ModelPrices | undefined;
  readonly meta?: Meta | undefined;
}

/** Creates a provider. Nothing is called. Throws 422 at `baseUrl`, `apiKey` or `prices`. */
export async function createModelProvider(
  core: Core,
  tx: TenantTx,
  provider: NewModelProvider,
  origin: Origin,
): Promise<ModelProvider> {
  const { kind, baseUrl = null, apiKey = null, prices = {} } = provider;
  const faults = findProviderFaults({ kind, baseUrl, prices, hasApiKey: apiKey !== null }, provider);
  if (faults.length > 0) throw invalidFields(...faults);
  const id = newId();
  const created = await insertProvider(tx, id, {
    name: provider.name,
    kind,
    baseUrl,
    apiKeySealed: sealKey(core, id, apiKey),
    maxConcurrent: provider.maxConcurrent ?? null,
    prices,
    meta: provider.meta ?? {},
  });
  await record(tx, origin, "model_provider.create", undefined, created);
  return withoutKey(created);
}

/**
 * Changes the fields given. A base URL on another server needs the API key again: whoever may change the address must
 * not be able to have the stored key sent there. Throws 404, 422.
 */
export async function updateModelProvider(
  core: Core,
  tx: TenantTx,
  id: string,
  changes: ModelProviderChanges,
  origin: Origin,
): Promise<ModelProvider> {
  const before = requireFound(await selectProvider(tx, id, "for update"), "model provider");
  const { apiKey, ...columns } = changes;
  const setup = {
    kind: before.kind,
    baseUrl: changes.baseUrl === undefined ? before.baseUrl : changes.baseUrl,
    hasApiKey: apiKey === undefined ? before.hasApiKey : apiKey !== null,
    prices: changes.prices ?? before.prices,
  };
  const faults = findProviderFaults(setup, changes, before);
  if (faults.length > 0) throw invalidFields(...faults);
  const after = await updateProviderRow(tx, id, {
    ...withoutUndefined(columns),
    ...(apiKey === undefined ? {} : { apiKeySealed: sealKey(core, id, apiKey) }),
  });
  await record(tx, origin, "model_provider.update", before, after);
  return withoutKey(after);
}

/** Deletes a provider that no agent uses. Throws 404, 409 `model_provider_in_use`. */
export async function deleteModelProvider(tx: TenantTx, id: string, origin: Origin): Promise<void> {
  // The lock keeps agents from being given this provider between the look and the deletion.
  const provider = requireFound(await selectProvider(tx, id, "for update"), "model provider");
  const users = await selectAgentNamesOfProvider(tx, id, namesShown + 1);
  if (users.length > 0)
    throw new AppError(agentErrors.model_provider_in_use, {
      message: `Agents use this model provider: ${quoteNames(users)}. Give them another one first.`,
    });
  await deleteProviderRow(tx, id);
  await record(tx, origin, "model_provider.delete", provider, undefined);
}

/** Undefined if the workspace has no provider with this id. */
export async function getModelProvider(tx: TenantTx, id: string): Promise<ModelProvider | undefined> {
  const provider = await selectProvider(tx, id);
  return provider === undefined ? undefined : withoutKey(provider);
}

/** Providers, newest first. */
export async function listModelProviders(
  tx: TenantTx,
  filter: ProviderFilter,
  page: Page,
): Promise<PageOf<ModelProvider>> {
  const { items, nextCursor } = await selectProviders(tx, filter, page);
  return { items: items.map(withoutKey), nextCursor };
}

/** Where models are called from this installation, whatever the workspace: for the check of its surroundings. */
export async function listModelAddresses(core: Pick<Core, "db">): Promise<readonly string[]> {
  const places = await selectPlaces(core.db);
  return [...new Set(places.flatMap(({ kind, baseUrl }) => placeOf(kind, baseUrl) ?? []))];
}

/**
 * What a model call needs of its provider, the key in the open. `key_unreadable`: it was sealed with another secret
 * key than this process has.
 */
export async function readProviderAccess(
  core: Core,
  tx: TenantTx,
  providerId: string,
): Promise<ProviderAccess | "gone" | "key_unreadable"> {
  const provider = await selectProvider(tx, providerId);
  if (provider === undefined) return "gone";
  const { id, kind, apiKeySealed, maxConcurrent, prices } = provider;
  const base = { id, maxConcurrent, prices };
  if (kind === "sandbox") return { ...base, kind };
  const baseUrl = placeOf(kind, provider.baseUrl);
  if (baseUrl === undefined) throw new Error(`model provider ${id} has no base URL`);
  if (apiKeySealed === null) return { ...base, kind, baseUrl, apiKey: undefined };
  try {
    return { ...base, kind, baseUrl, apiKey: core.cipher.open(apiKeySealed, keyContext(id)) };
  } catch (error) {
    core.log.warn({ err: error, modelProviderId: id }, "a model provider's API key cannot be decrypted");
    return "key_unreadable";
  }
}

interface ProviderAccessBase {
  readonly id: string;
  readonly maxConcurrent: number | null;
  readonly prices: ModelPrices;
}

export type ProviderAccess = ProviderAccessBase &
  (
    | { readonly kind: "sandbox" }
    | { readonly kind: HttpProviderKind; readonly baseUrl: string; readonly apiKey: string | undefined }
  );

const audited = [
  "name",
  "kind",
  "baseUrl",
  "hasApiKey",
  "maxConcurrent",
  "prices",
  "meta",
] as const satisfies readonly (keyof ModelProvider)[];

function record(
  tx: TenantTx,
  origin: Origin,
  action: string,
  before: StoredProvider | undefined,
  after: StoredProvider | undefined,
): Promise<void> {
  const secret = { field: "hasApiKey", sealed: ({ apiKeySealed }: StoredProvider) => apiKeySealed } as const;
  return recordWithSecret(tx, {
    ...origin,
    action,
    kind: "modelProvider",
    before,
    after,
    fields: audited,
    secret,
  });
}

function sealKey(core: Core, id: string, apiKey: string | null): Buffer | null {
  return apiKey === null ? null : core.cipher.seal(apiKey, keyContext(id));
}

/** Part of what is sealed: it must never change. */
function keyContext(id: string): string {
  return `model_provider:${id}`;
}

function withoutKey({ apiKeySealed: _, ...provider }: StoredProvider): ModelProvider {
  return provider;
}
