import { extensionPoint } from "../base/extensions.ts";
import { createGuardedFetch } from "../base/guarded-fetch.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type ProviderAccess, readProviderAccess } from "./model-providers.ts";
import { type CallPlaces, createModel, type Model, ModelError } from "./models/index.ts";
import { observeModel } from "./observe.ts";
import type { PriceSource } from "./prices.ts";

/** Makes the named model at a provider. Connects to nothing until the model is called. */
export type CreateModel = (provider: ProviderAccess, modelName: string) => Model;

/** How models are made. The agents module contributes it; there is exactly one. */
export const modelFactory = extensionPoint<CreateModel>("agents.modelFactory");

/** Sends one request to a provider. */
export type ModelFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** How providers are reached. Contributed by the agents module; there is exactly one. */
export const modelFetch = extensionPoint<ModelFetch>("agents.modelFetch");

/** Bounds the calls at once. Contributed by the agents module; without it there are no bounds. */
export const callPlaces = extensionPoint<CallPlaces>("agents.callPlaces");

/**
 * Requests to providers. Base URLs are set by admins and may be private; link-local and metadata addresses are refused
 * at each connection.
 */
export function createModelFetch(core: Pick<Core, "db">): ModelFetch {
  const guarded = createGuardedFetch({ allowPrivate: true, privateHosts: [] });
  return (url, init) => {
    // A slow model would hold the transaction's locks for as long as it thinks.
    if (core.db.inTransaction()) throw new Error("a model was called inside a transaction");
    return guarded(url, init);
  };
}

/** What was contributed. */
export function findModelFetch(core: Pick<Core, "extensions">): ModelFetch {
  const [found] = core.extensions.of(modelFetch);
  if (found === undefined) throw new Error("no module contributes modelFetch");
  return found;
}

/** The models that are really called. */
export function createModelFactory(core: Pick<Core, "clock">, fetch: ModelFetch): CreateModel {
  return (provider, modelName) =>
    createModel(
      provider.kind === "sandbox" ? provider : { ...provider, fetch, clock: core.clock },
      modelName,
    );
}

/** What was read of a provider, the key in the open: it must not be stored. */
export type ModelAccess = ProviderAccess | "gone" | "key_unreadable";

/** Reads what a call at this provider needs, in the caller's transaction. */
export function readModelAccess(core: Core, tx: TenantTx, modelProviderId: string): Promise<ModelAccess> {
  return readProviderAccess(core, tx, modelProviderId);
}

/** A model that can be called, and what its calls are priced with. */
export interface OpenedModel {
  readonly model: Model;
  readonly prices: PriceSource;
}

/**
 * The model as its provider is set up now, with the key read now, in a transaction of its own unless `known` was just
 * read. Its calls wait for a free place at the provider. Throws a ModelError if the provider is gone or its key cannot
 * be read.
 */
export async function openModel(
  core: Core,
  workspaceId: string,
  wanted: { readonly modelProviderId: string; readonly model: string },
  known?: ModelAccess,
): Promise<OpenedModel> {
  const [create] = core.extensions.of(modelFactory);
  if (create === undefined) throw new Error("no module contributes modelFactory");
  const access =
    known ??
    (await core.db.tenant(workspaceId, (tx) => readProviderAccess(core, tx, wanted.modelProviderId)));
  const provider = requireAccess(access);
  const model = observeModel(core, create(provider, wanted.model));
  return { model: boundCalls(core, provider, model), prices: provider };
}

/** Throws a ModelError if the provider is gone or its key cannot be read. */
export function requireAccess(access: ModelAccess): ProviderAccess {
  switch (access) {
    case "gone":
      throw new ModelError("refused", "The agent's model provider was deleted.");
    case "key_unreadable":
      throw new ModelError(
        "unauthorized",
        "The provider's stored API key cannot be decrypted. Enter it again.",
      );
    default:
      return access;
  }
}

/** The same model with each of its calls waiting for a free place. The wait is no part of the call that is measured. */
function boundCalls(core: Core, { id, maxConcurrent }: ProviderAccess, model: Model): Model {
  const [places] = core.extensions.of(callPlaces);
  if (places === undefined) return model;
  return {
    ...model,
    call: (request) => places.run(id, maxConcurrent, request.signal, () => model.call(request)),
  };
}
