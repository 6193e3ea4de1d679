import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";

/** One way for the server to treat one request. */
export type ModelServerBehaviour =
  | ModelServerAnswer
  /** An HTTP error with OpenAI's error body, or with `body` as it stands. */
  | {
      readonly status: number;
      readonly message?: string;
      readonly errorCode?: string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly retryAfter?: string | number;
    }
  /** Holds the connection open: without a byte, after the headers, or after the first piece of the text. */
  | { readonly hang: "before_headers" | "after_headers" | "after_text" }
  /** Breaks the connection: before the headers, in the middle of the text, or ends the body there without an end. */
  | { readonly cut: "before_headers" | "in_text" | "without_end" }
  /** A body that is none of ours, sent as it stands with status 200. */
  | { readonly raw: string; readonly contentType?: string };

export interface ModelServerAnswer {
  readonly text?: string;
  /** `input` is written as JSON; `arguments` as it stands, for input that is not. */
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly id?: string;
    readonly input?: unknown;
    readonly arguments?: string;
  }[];
  /** Null leaves it out. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number } | null;
  readonly finishReason?: string;
  /** The answer is sent when this resolves. */
  readonly until?: Promise<unknown>;
  /** Characters in one piece of a streamed text; default 7. */
  readonly pieceLength?: number;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; null when it is not JSON. */
  readonly body: ChatRequestBody | null;
  /** Resolves when the connection closes before the answer was complete. */
  readonly dropped: Promise<void>;
}

export interface ChatRequestBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly messages?: readonly {
    readonly role: string;
    readonly content?: unknown;
    readonly [key: string]: unknown;
  }[];
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly [key: string]: unknown };
  }[];
  readonly [key: string]: unknown;
}

export type ModelServerScript =
  | readonly ModelServerBehaviour[]
  | ((request: RecordedRequest, index: number) => ModelServerBehaviour | Promise<ModelServerBehaviour>);

export interface ModelServer {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  /** The chat requests so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Adds behaviours behind those left. Not for a server with a function. */
  play(...behaviours: readonly ModelServerBehaviour[]): void;
  /** Resolves when the server has received this many chat requests. */
  waitForRequests(count: number): Promise<void>;
  /** Ends every connection, hanging ones too, and stops listening. */
  close(): Promise<void>;
}

/**
 * A server that speaks OpenAI's chat completions on a free port of 127.0.0.1, streaming included. A list is played in
 * order; a request beyond its end is answered 400, which no retry hides.
 */
export async function startModelServer(script: ModelServerScript = []): Promise<ModelServer> {
  const requests: RecordedRequest[] = [];
  const queue: ModelServerBehaviour[] = typeof script === "function" ? [] : [...script];
  const waiting: { count: number; resolve: () => void }[] = [];

  const server = createServer((incoming, response) => {
    // A broken connection is part of the play, not a failure of the server.
    serve(incoming, response).catch(() => response.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    const body = await readBody(incoming);
    if (incoming.method === "GET" && path === "/v1/models") {
      sendJson(response, 200, {
        object: "list",
        data: [{ id: "test-model", object: "model", owned_by: "test" }],
      });
      return;
    }
    if (incoming.method !== "POST" || path !== "/v1/chat/completions") {
      sendJson(response, 404, { error: { message: `There is nothing at ${incoming.method} ${path}.` } });
      return;
    }
    const request: RecordedRequest = {
      method: "POST",
      path,
      headers: incoming.headers,
      body,
      dropped: new Promise((resolve) => {
        response.once("close", () => {
          if (!response.writableFinished) resolve();
        });
      }),
    };
    requests.push(request);
    for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve();
    const index = requests.length - 1;
    const behaviour = typeof script === "function" ? await script(request, index) : queue.shift();
    await perform(
      behaviour ?? { status: 400, message: `No behaviour is left for request ${index + 1}.` },
      request,
      response,
    );
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");

  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    play: (...behaviours) => {
      queue.push(...behaviours);
    },
    waitForRequests(count) {
      if (requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function perform(
  behaviour: ModelServerBehaviour,
  request: RecordedRequest,
  response: ServerResponse,
): Promise<void> {
  if ("status" in behaviour) {
    sendStatus(behaviour, response);
  } else if ("raw" in behaviour) {
    response
      .writeHead(200, { "content-type": behaviour.contentType ?? "application/json" })
      .end(behaviour.raw);
  } else if ("hang" in behaviour) {
    if (behaviour.hang !== "before_headers") startAnswer(request, response);
    if (behaviour.hang === "after_text") response.write(renderBeginning(request));
  } else if ("cut" in behaviour) {
    await cut(behaviour.cut, request, response);
  } else {
    await behaviour.until;
    sendAnswer(behaviour, request, response);
  }
}

function sendStatus(
  behaviour: Extract<ModelServerBehaviour, { readonly status: number }>,
  response: ServerResponse,
): void {
  const { status, message = `Status ${status} as asked.`, errorCode = null } = behaviour;
  response.writeHead(status, {
    "content-type": "application/json",
    ...(behaviour.retryAfter === undefined ? {} : { "retry-after": String(behaviour.retryAfter) }),
    ...behaviour.headers,
  });
  response.end(
    behaviour.body ?? JSON.stringify({ error: { message, type: "error", param: null, code: errorCode } }),
  );
}

async function cut(
  where: "before_headers" | "in_text" | "without_end",
  request: RecordedRequest,
  response: ServerResponse,
): Promise<void> {
  if (where !== "before_headers") {
    startAnswer(request, response);
    await new Promise((resolve) => response.write(renderBeginning(request), resolve));
  }
  if (where === "without_end") response.end();
  else response.destroy();
}

function startAnswer(request: RecordedRequest, response: ServerResponse): void {
  response.writeHead(200, { "content-type": isStream(request) ? "text/event-stream" : "application/json" });
  response.flushHeaders();
}

const beginning = "Hello from the ";

function renderBeginning(request: RecordedRequest): string {
  if (isStream(request)) return renderChunk(request, { role: "assistant", content: beginning }, null);
  return `{"id":"chatcmpl-1","object":"chat.completion","choices":[{"message":{"content":"${beginning}`;
}

function sendAnswer(answer: ModelServerAnswer, request: RecordedRequest, response: ServerResponse): void {
  const toolCalls = (answer.toolCalls ?? []).map((call, index) => ({
    id: call.id ?? `call_${index + 1}`,
    type: "function",
    function: { name: call.name, arguments: call.arguments ?? JSON.stringify(call.input ?? {}) },
  }));
  const finishReason = answer.finishReason ?? (toolCalls.length === 0 ? "stop" : "tool_calls");
  const usage = renderUsage(answer);
  const text = answer.text ?? "";
  if (!isStream(request)) {
    const content = text === "" && toolCalls.length > 0 ? null : text;
    sendJson(response, 200, {
      ...envelope(request, "chat.completion"),
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content,
            ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
          },
          finish_reason: finishReason,
        },
      ],
      ...usage,
    });
    return;
  }
  startAnswer(request, response);
  for (const piece of splitText(text, answer.pieceLength ?? 7)) {
    response.write(renderChunk(request, { role: "assistant", content: piece }, null));
  }
  for (const [index, call] of toolCalls.entries()) {
    // As the real API does it: the name first, the arguments in pieces.
    const { name, arguments: args } = call.function;
    response.write(
      renderChunk(request, { tool_calls: [{ index, ...call, function: { name, arguments: "" } }] }, null),
    );
    for (const piece of splitText(args, 9)) {
      response.write(renderChunk(request, { tool_calls: [{ index, function: { arguments: piece } }] }, null));
    }
  }
  response.write(renderChunk(request, {}, finishReason));
  if (usage.usage !== undefined) {
    response.write(
      `data: ${JSON.stringify({ ...envelope(request, "chat.completion.chunk"), choices: [], ...usage })}\n\n`,
    );
  }
  response.end("data: [DONE]\n\n");
}

function renderUsage(answer: ModelServerAnswer): { usage?: Record<string, number> } {
  if (answer.usage === null) return {};
  const { inputTokens, outputTokens } = answer.usage ?? { inputTokens: 11, outputTokens: 7 };
  return {
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  };
}

function renderChunk(request: RecordedRequest, delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...envelope(request, "chat.completion.chunk"), choices })}\n\n`;
}

function envelope(request: RecordedRequest, object: string): object {
  return { id: "chatcmpl-1", object, created: 1_700_000_000, model: request.body?.model ?? "test-model" };
}

function isStream(request: RecordedRequest): boolean {
  return request.body?.stream === true;
}

function splitText(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, i) =>
    text.slice(i * length, (i + 1) * length),
  );
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readBody(incoming: IncomingMessage): Promise<ChatRequestBody | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return null;
  }
}
