import { createHttpModel, type HttpProvider } from "./http-model.ts";
import type { Model } from "./messages.ts";
import { createSandboxModel } from "./sandbox.ts";

interface SandboxProvider {
  readonly kind: "sandbox";
}

/** The named model at this provider. Connects to nothing until it is called. */
export function createModel(provider: HttpProvider | SandboxProvider, modelName: string): Model {
  return provider.kind === "sandbox" ? createSandboxModel(modelName) : createHttpModel(provider, modelName);
}
