import type { ModelList, ModelProvider } from "../../../api/generated/model";

/** How each kind of provider is called on screens. */
export const kindNames: Readonly<Record<ModelProvider["kind"], string>> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
  openai_compatible: "OpenAI-compatible",
  sandbox: "Sandbox",
};

/** What stands under the field of the model: where its suggestions come from, or why there are none. */
export function describeModels(
  kind: ModelProvider["kind"] | undefined,
  models: ModelList | undefined,
  isAsking: boolean,
): string {
  if (kind === "sandbox") return "A stand-in with fixed rules that needs no key";
  if (models === undefined)
    return isAsking ? "Asking the provider for its models…" : "Any name that the provider knows";
  if (models.error !== null) return `No suggestions: ${models.error.message}`;
  if (!models.supported) return "This server lists no models; any name may work";
  const count = models.items.length;
  return `${count} ${count === 1 ? "model" : "models"} at this provider`;
}
