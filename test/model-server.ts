import { type ChatRequestBody, chatCompletions } from "./model-servers/chat-completions.ts";
import {
  type ProtocolScript,
  type ProtocolServer,
  type RecordedRequest as Recorded,
  startProtocolServer,
} from "./model-servers/server.ts";

export type RecordedRequest = Recorded<ChatRequestBody>;
export type ModelServerScript = ProtocolScript<ChatRequestBody>;
export type ModelServer = ProtocolServer<ChatRequestBody>;

/** A server that speaks OpenAI's chat completions, streaming included. See `startProtocolServer`. */
export function startModelServer(script: ModelServerScript = []): Promise<ModelServer> {
  return startProtocolServer(chatCompletions, script);
}
