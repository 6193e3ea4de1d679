import { extensionPoint } from "../base/extensions.ts";
import { createGuardedFetch } from "../base/guarded-fetch.ts";
import type { Core } from "../engine/index.ts";
import { type ProviderAccess, readProviderAccess } from "./model-providers.ts";
import { createModel, type Model, ModelError } from "./models/index.ts";
import { observeModel } from "./observe.ts";

/** Makes the named model at a provider. Connects to nothing until the model is called. */
export type CreateModel = (provider: ProviderAccess, modelName: string) => Model;

/** How models are made. The agents module contributes it; there is exactly one. */
export const modelFactory = extensionPoint<CreateModel>("agents.modelFactory");

/**
 * The models that are really called. Base URLs are set by admins and may be private; link-local and metadata
 * addresses are refused at each connection.
 */
export function createModelFactory(core: Pick<Core, "clock" | "db">): CreateModel {
  const guarded = createGuardedFetch({ allowPrivate: true, privateHosts: [] });
  const fetch = (input: string | URL, init?: RequestInit): Promise<Response> => {
    // A slow model would hold the transaction's locks for as long as it thinks.
    if (core.db.inTransaction()) throw new Error("a model was called inside a transaction");
    return guarded(input, init);
  };
  return (provider, modelName) =>
    createModel(
      provider.kind === "sandbox" ? provider : { ...provider, fetch, clock: core.clock },
      modelName,
    );
}

/**
 * The model as its provider is set up now, with the key read now. Opens a transaction of its own. Throws a ModelError
 * if the provider is gone or its key cannot be read.
 */
export async function openModel(
  core: Core,
  workspaceId: string,
  model: { readonly modelProviderId: string; readonly model: string },
): Promise<Model> {
  const [create] = core.extensions.of(modelFactory);
  if (create === undefined) throw new Error("no module contributes modelFactory");
  const access = await core.db.tenant(workspaceId, (tx) =>
    readProviderAccess(core, tx, model.modelProviderId),
  );
  switch (access) {
    case "gone":
      throw new ModelError("refused", "The agent's model provider was deleted.");
    case "key_unreadable":
      throw new ModelError(
        "unauthorized",
        "The provider's stored API key cannot be decrypted. Enter it again.",
      );
    default:
      return observeModel(core, create(access, model.model));
  }
}
