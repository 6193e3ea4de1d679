import type { ModelProvider } from "../../api/generated/model";

export type ProviderKind = ModelProvider["kind"];

interface KindWords {
  readonly value: ProviderKind;
  readonly label: string;
  /** What stands in the address field where none is needed; null: one is needed. */
  readonly usualUrl: string | null;
}

export const providerKinds: readonly KindWords[] = [
  { value: "openai", label: "OpenAI", usualUrl: "OpenAI’s own" },
  { value: "anthropic", label: "Anthropic", usualUrl: "Anthropic’s own" },
  { value: "google", label: "Google", usualUrl: "Google’s own" },
  { value: "openai_compatible", label: "OpenAI-compatible", usualUrl: null },
  { value: "sandbox", label: "Sandbox", usualUrl: "None: it calls nothing" },
];

export function kindLabel(kind: ProviderKind): string {
  return providerKinds.find(({ value }) => value === kind)?.label ?? kind;
}
