import type { IncomingHttpHeaders } from "node:http";
import { anthropicMessages, type MessagesRequestBody } from "./anthropic-messages.ts";
import { type ChatRequestBody, chatCompletions } from "./chat-completions.ts";
import { type GeminiRequestBody, googleGemini } from "./google-gemini.ts";
import { openaiResponses, type ResponsesRequestBody } from "./openai-responses.ts";
import {
  type Protocol,
  type ProtocolScript,
  type ProtocolServer,
  type RecordedRequest,
  startProtocolServer,
} from "./server.ts";

/** What a call asked for, in words that no provider's protocol decides. */
export interface RequestView {
  readonly model: string | undefined;
  readonly maxOutputTokens: unknown;
  readonly temperature: unknown;
  readonly system: readonly string[];
  readonly tools: readonly string[];
  /** `user: …`, `model: …`, `call <id> <tool> <arguments>`, `result <id> …`, in the order in which they were sent. */
  readonly said: readonly string[];
}

/** A kind of provider with a local server that speaks its protocol. */
export interface ServedKind {
  readonly kind: "openai" | "anthropic" | "google" | "openai_compatible";
  /** The API key as the headers carry it. */
  keyOf(headers: IncomingHttpHeaders): string | undefined;
  view(request: RecordedRequest<unknown>): RequestView;
  start(script?: ProtocolScript<unknown>): Promise<ProtocolServer<unknown>>;
  /** Tool arguments are text on the wire, also in whole answers, so they can be broken. */
  readonly hasTextArguments: boolean;
}

function serve<B>(
  protocol: Protocol<B>,
  settings: {
    readonly kind: ServedKind["kind"];
    readonly hasTextArguments: boolean;
    keyOf(headers: IncomingHttpHeaders): string | undefined;
    view(body: B, path: string): RequestView;
  },
): ServedKind {
  return {
    ...settings,
    view: ({ body, path }) => settings.view(body as B, path),
    start: (script) => startProtocolServer<unknown>(protocol as Protocol<unknown>, script),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const bearer = ({ authorization }: IncomingHttpHeaders) => authorization?.replace(/^Bearer /, "");

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

const chat = serve<ChatRequestBody>(chatCompletions, {
  kind: "openai_compatible",
  hasTextArguments: true,
  keyOf: bearer,
  view: (body) => ({
    model: body.model,
    maxOutputTokens: body.max_tokens,
    temperature: body.temperature,
    system: (body.messages ?? []).flatMap(({ role, content }) =>
      role === "system" ? [String(content)] : [],
    ),
    tools: (body.tools ?? []).map((tool) => tool.function.name),
    said: (body.messages ?? []).flatMap((message) => {
      switch (message.role) {
        case "user":
          return [`user: ${message.content}`];
        case "tool":
          return [`result ${message.tool_call_id} ${message.content}`];
        case "assistant": {
          const calls = (message.tool_calls ?? []) as {
            id: string;
            function: { name: string; arguments: string };
          }[];
          return [
            ...(message.content ? [`model: ${message.content}`] : []),
            ...calls.map(({ id, function: { name, arguments: args } }) => `call ${id} ${name} ${args}`),
          ];
        }
        default:
          return [];
      }
    }),
  }),
});

const openai = serve<ResponsesRequestBody>(openaiResponses, {
  kind: "openai",
  hasTextArguments: true,
  keyOf: bearer,
  view: (body) => ({
    model: body.model,
    maxOutputTokens: body.max_output_tokens,
    temperature: body.temperature,
    system: (body.input ?? []).flatMap(({ role, content }) =>
      role === "system" || role === "developer" ? [String(content)] : [],
    ),
    tools: (body.tools ?? []).map(({ name }) => name),
    said: (body.input ?? []).flatMap((item) => {
      if (item.role === "user") return (item.content as Fields[]).map(({ text }) => `user: ${text}`);
      if (item.role === "assistant") return [`model: ${item.content}`];
      if (item.type === "function_call") return [`call ${item.call_id} ${item.name} ${item.arguments}`];
      if (item.type === "function_call_output") return [`result ${item.call_id} ${item.output}`];
      return [];
    }),
  }),
});

const anthropic = serve<MessagesRequestBody>(anthropicMessages, {
  kind: "anthropic",
  hasTextArguments: false,
  keyOf: (headers) => header(headers, "x-api-key"),
  view: (body) => ({
    model: body.model,
    maxOutputTokens: body.max_tokens,
    temperature: body.temperature,
    system: (body.system ?? []).map(({ text }) => text),
    tools: (body.tools ?? []).map(({ name }) => name),
    said: (body.messages ?? []).flatMap(({ role, content }) =>
      content.map((part) => {
        if (part.type === "tool_use") return `call ${part.id} ${part.name} ${JSON.stringify(part.input)}`;
        if (part.type === "tool_result") return `result ${part.tool_use_id} ${part.content}`;
        return `${role === "assistant" ? "model" : "user"}: ${part.text}`;
      }),
    ),
  }),
});

const google = serve<GeminiRequestBody>(googleGemini, {
  kind: "google",
  hasTextArguments: false,
  keyOf: (headers) => header(headers, "x-goog-api-key"),
  view: (body, path) => ({
    model: /\/models\/([^/:]+):/.exec(path)?.[1],
    maxOutputTokens: body.generationConfig?.maxOutputTokens,
    temperature: body.generationConfig?.temperature,
    system: (body.systemInstruction?.parts ?? []).map(({ text }) => text),
    tools: ((body.tools ?? []) as { functionDeclarations: { name: string }[] }[]).flatMap((tool) =>
      tool.functionDeclarations.map(({ name }) => name),
    ),
    said: (body.contents ?? []).flatMap(({ role, parts }) =>
      parts.map(({ text, functionCall, functionResponse }) => {
        const call = functionCall as { id: string; name: string; args: unknown } | undefined;
        if (call !== undefined) return `call ${call.id} ${call.name} ${JSON.stringify(call.args)}`;
        const result = functionResponse as { id: string; response: Fields } | undefined;
        if (result !== undefined) return `result ${result.id} ${result.response.content}`;
        return `${role}: ${text}`;
      }),
    ),
  }),
});

/** Every kind of provider that is called over HTTP. */
export const servedKinds: readonly ServedKind[] = [openai, anthropic, google, chat];
