/** Where models are: each kind of provider that is called over HTTP speaks one protocol. */
export const httpProviderKinds = ["openai", "anthropic", "google", "openai_compatible"] as const;
export type HttpProviderKind = (typeof httpProviderKinds)[number];

interface ModelServerKind {
  /** Where the vendor's own server is; undefined: there is none. Up to and including the version. */
  readonly ownBaseUrl: string | undefined;
  /** What the server speaks, for messages to people. */
  readonly protocol: string;
  /** The header that carries the API key. */
  readonly keyHeader: string;
}

export const modelServerKinds: Readonly<Record<HttpProviderKind, ModelServerKind>> = {
  openai: {
    ownBaseUrl: "https://api.openai.com/v1",
    protocol: "OpenAI's Responses API",
    keyHeader: "authorization",
  },
  anthropic: {
    ownBaseUrl: "https://api.anthropic.com/v1",
    protocol: "Anthropic's Messages API",
    keyHeader: "x-api-key",
  },
  google: {
    ownBaseUrl: "https://generativelanguage.googleapis.com/v1beta",
    protocol: "Google's Gemini API",
    keyHeader: "x-goog-api-key",
  },
  openai_compatible: {
    ownBaseUrl: undefined,
    protocol: "OpenAI's chat completions",
    keyHeader: "authorization",
  },
};
