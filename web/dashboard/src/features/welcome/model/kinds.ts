import type { ModelProvider } from "../../../api/generated/model";

type Kind = ModelProvider["kind"];

/** What one can choose from, the stand-in last. */
export const kinds: readonly { readonly kind: Kind; readonly label: string }[] = [
  { kind: "openai", label: "OpenAI" },
  { kind: "anthropic", label: "Anthropic" },
  { kind: "google", label: "Google" },
  { kind: "openai_compatible", label: "OpenAI-compatible" },
  { kind: "sandbox", label: "Sandbox" },
];

export function labelOf(kind: Kind): string {
  return kinds.find((one) => one.kind === kind)?.label ?? kind;
}
