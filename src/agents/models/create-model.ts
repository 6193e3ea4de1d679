import type { Model } from "./messages.ts";
import { createOpenAICompatibleModel, type OpenAICompatibleProvider } from "./openai-compatible.ts";
import { createSandboxModel } from "./sandbox.ts";

export interface SandboxProvider {
  readonly kind: "sandbox";
}

export type ModelProvider = OpenAICompatibleProvider | SandboxProvider;

/** The named model at this provider. Connects to nothing until it is called. */
export function createModel(provider: ModelProvider, modelName: string): Model {
  switch (provider.kind) {
    case "openai_compatible":
      return createOpenAICompatibleModel(provider, modelName);
    case "sandbox":
      return createSandboxModel(modelName);
  }
}
