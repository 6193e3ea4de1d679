import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { JSONValue, LanguageModel } from "ai";
import type { Fetch } from "./call-watch.ts";
import { type HttpProviderKind, modelServerKinds } from "./kinds.ts";

/** The models that the library can wrap: those that are not just a name. */
export type SdkModel = Exclude<LanguageModel, string>;

export interface SdkConnection {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly fetch: Fetch;
}

/** Stands in for a missing key, so that the library does not look for one in the environment. Never sent. */
const noKey = "none";

/** The library's model of this name. Address and key are always given: nothing is read from the environment. */
export function createSdkModel(
  kind: HttpProviderKind,
  { baseUrl, apiKey, fetch }: SdkConnection,
  modelName: string,
): SdkModel {
  const settings = {
    baseURL: baseUrl,
    apiKey: apiKey ?? noKey,
    fetch: apiKey === undefined ? withoutHeader(fetch, modelServerKinds[kind].keyHeader) : fetch,
  };
  switch (kind) {
    case "openai":
      return createOpenAI(settings).responses(modelName);
    case "anthropic":
      return createAnthropic(settings).messages(modelName);
    case "google":
      return createGoogle(settings).chat(modelName);
    case "openai_compatible":
      return createOpenAICompatible({ ...settings, name: "openaiCompatible", includeUsage: true }).chatModel(
        modelName,
      );
  }
}

function withoutHeader(fetch: Fetch, name: string): Fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.delete(name);
    return fetch(input, { ...init, headers });
  };
}

/** The settings that only one provider knows. */
export function listProviderOptions(
  kind: HttpProviderKind,
  request: { readonly temperature?: number | undefined },
): Record<string, Record<string, JSONValue>> {
  if (kind !== "openai") return {};
  return {
    openai: {
      // Answers are kept in our journal, not in the account's log at the provider.
      store: false,
      // The library would drop a temperature for models it knows to reason. What was set is sent, and the provider says
      // whether it takes it.
      ...(request.temperature === undefined ? {} : { forceReasoning: false }),
    },
  };
}
