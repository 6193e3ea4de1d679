import { onTestFinished } from "vitest";
import type { ServedKind } from "../../../test/model-servers/kinds.ts";
import type { ProtocolScript, ProtocolServer } from "../../../test/model-servers/server.ts";
import { createGuardedFetch } from "../../base/guarded-fetch.ts";
import { createModel } from "./create-model.ts";
import type { HttpProvider } from "./http-model.ts";
import type { Model, ModelRequest, ModelTool } from "./messages.ts";

export const apiKey = "sk-very-secret-0123456789";
export const sendMessage: ModelTool = {
  name: "send_message",
  description: "Sends a message to the contact.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};
const finish: ModelTool = {
  name: "finish",
  description: "Ends the work.",
  inputSchema: { type: "object" },
};

/** A server of this kind that is closed with the test. */
export async function startServer(
  served: ServedKind,
  script: ProtocolScript<unknown>,
): Promise<ProtocolServer<unknown>> {
  const server = await served.start(script);
  onTestFinished(() => server.close());
  return server;
}

/** A model at that server, called through the guarded fetch as in the program. */
export function connect(
  served: Pick<ServedKind, "kind">,
  server: { readonly baseUrl: string },
  settings: Partial<HttpProvider> = {},
  modelName = "test-model",
): Model {
  const fetch = createGuardedFetch({ allowPrivate: true, privateHosts: [] });
  return createModel({ baseUrl: server.baseUrl, apiKey, fetch, ...settings, kind: served.kind }, modelName);
}

/** The ways an answer may come; `streamed` with what is done about each piece. */
export type How = "whole" | "streamed";
export const ways: readonly How[] = ["whole", "streamed"];

export function ask(how: How, changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [{ role: "user", content: "Hello" }],
    tools: [sendMessage, finish],
    signal: new AbortController().signal,
    ...(how === "streamed" ? { onText: () => undefined } : {}),
    ...changes,
  };
}
