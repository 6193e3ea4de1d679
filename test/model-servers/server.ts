import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { ModelServerAnswer, ModelServerBehaviour } from "./behaviour.ts";

/** A provider's wire format. */
export interface Protocol<B> {
  /** What stands between the server's address and the path of a call: `/v1`. */
  readonly basePath: string;
  /** True if this is the path of a model call. */
  isCall(path: string): boolean;
  /** Answers other requests; undefined: 404. */
  answerOther?(method: string, path: string): object | undefined;
  /** What is wrong with the headers of a call, in a sentence; undefined: nothing. An absent key is allowed. */
  findHeaderFault?(headers: IncomingHttpHeaders): string | undefined;
  isStream(request: RecordedRequest<B>): boolean;
  /** The body of a whole answer. */
  renderWhole(answer: ModelServerAnswer, request: RecordedRequest<B>): object;
  /** The answer as the pieces of a stream, each of them complete events. */
  renderStream(answer: ModelServerAnswer, request: RecordedRequest<B>): readonly string[];
  /** The error inside a stream. */
  renderStreamError(message: string, errorCode: string): string;
  renderError(status: number, message: string, errorCode: string | undefined): object;
}

export interface RecordedRequest<B> {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; null when it is not JSON. */
  readonly body: B | null;
  /** Resolves when the connection closes before the answer was complete. */
  readonly dropped: Promise<void>;
}

export type ProtocolScript<B> =
  | readonly ModelServerBehaviour[]
  | ((request: RecordedRequest<B>, index: number) => ModelServerBehaviour | Promise<ModelServerBehaviour>);

export interface ProtocolServer<B> {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  /** The calls so far, oldest first. */
  readonly requests: readonly RecordedRequest<B>[];
  /** Adds behaviours behind those left. Not for a server with a function. */
  play(...behaviours: readonly ModelServerBehaviour[]): void;
  /** Resolves when the server has received this many calls. */
  waitForRequests(count: number): Promise<void>;
  /** Ends every connection, hanging ones too, and stops listening. */
  close(): Promise<void>;
}

/**
 * A model server on a free port of 127.0.0.1. A list is played in order; a request beyond its end is answered 400, which
 * no retry hides.
 */
export async function startProtocolServer<B>(
  protocol: Protocol<B>,
  script: ProtocolScript<B> = [],
): Promise<ProtocolServer<B>> {
  const requests: RecordedRequest<B>[] = [];
  const queue: ModelServerBehaviour[] = typeof script === "function" ? [] : [...script];
  const waiting: { count: number; resolve: () => void }[] = [];

  const server = createServer((incoming, response) => {
    // A broken connection is part of the play, not a failure of the server.
    serve(incoming, response).catch(() => response.destroy());
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = incoming;
    const body = await readBody<B>(incoming);
    if (
      method !== "POST" ||
      !path.startsWith(protocol.basePath) ||
      !protocol.isCall(path.slice(protocol.basePath.length))
    ) {
      const other = protocol.answerOther?.(method, path);
      const error = protocol.renderError(404, `There is nothing at ${method} ${path}.`, undefined);
      sendJson(response, other === undefined ? 404 : 200, other ?? error);
      return;
    }
    const request: RecordedRequest<B> = {
      method,
      path,
      headers,
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
    const fault = protocol.findHeaderFault?.(headers);
    if (fault !== undefined) {
      sendJson(response, 400, protocol.renderError(400, fault, undefined));
      return;
    }
    const behaviour = typeof script === "function" ? await script(request, index) : queue.shift();
    await perform(
      protocol,
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
    baseUrl: `http://127.0.0.1:${address.port}${protocol.basePath}`,
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

const beginning: ModelServerAnswer = { text: "Hello from the other side of the line.", pieceLength: 15 };
const cutCall: ModelServerAnswer = {
  toolCalls: [{ name: "finish", input: { summary: "This one never arrives as a whole." } }],
};

async function perform<B>(
  protocol: Protocol<B>,
  behaviour: ModelServerBehaviour,
  request: RecordedRequest<B>,
  response: ServerResponse,
): Promise<void> {
  const begin = () => startAnswer(protocol.isStream(request), response);
  if ("status" in behaviour) {
    sendStatus(protocol, behaviour, response);
  } else if ("raw" in behaviour) {
    response
      .writeHead(200, { "content-type": behaviour.contentType ?? "application/json" })
      .end(behaviour.raw);
  } else if ("hang" in behaviour) {
    if (behaviour.hang !== "before_headers") begin();
    if (behaviour.hang === "after_text") response.write(renderHalf(protocol, beginning, request));
  } else if ("cut" in behaviour) {
    if (behaviour.cut !== "before_headers") {
      begin();
      const answer = behaviour.cut === "in_tool_call" ? cutCall : beginning;
      await write(response, renderHalf(protocol, answer, request));
    }
    if (behaviour.cut === "without_end") response.end();
    else response.destroy();
  } else if ("cutAfterBytes" in behaviour) {
    begin();
    const body = Buffer.from(render(protocol, behaviour.answer, request).join(""));
    await write(response, body.subarray(0, behaviour.cutAfterBytes));
    response.destroy();
  } else if ("streamError" in behaviour) {
    const { streamError, errorCode } = behaviour;
    if (!protocol.isStream(request)) {
      sendJson(response, 500, protocol.renderError(500, streamError, errorCode));
      return;
    }
    begin();
    await write(response, renderHalf(protocol, beginning, request));
    response.end(protocol.renderStreamError(streamError, errorCode));
  } else {
    await behaviour.until;
    begin();
    for (const piece of render(protocol, behaviour, request)) response.write(piece);
    response.end();
  }
}

function sendStatus<B>(
  protocol: Protocol<B>,
  behaviour: Extract<ModelServerBehaviour, { readonly status: number }>,
  response: ServerResponse,
): void {
  const { status, message = `Status ${status} as asked.`, errorCode, retryAfter } = behaviour;
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    ...behaviour.headers,
  });
  response.end(behaviour.body ?? JSON.stringify(protocol.renderError(status, message, errorCode)));
}

function render<B>(
  protocol: Protocol<B>,
  answer: ModelServerAnswer,
  request: RecordedRequest<B>,
): readonly string[] {
  if (protocol.isStream(request)) return protocol.renderStream(answer, request);
  return [JSON.stringify(protocol.renderWhole(answer, request))];
}

/** The answer up to somewhere in its middle: some pieces of a stream, or half of a whole body. */
function renderHalf<B>(
  protocol: Protocol<B>,
  answer: ModelServerAnswer,
  request: RecordedRequest<B>,
): string {
  if (!protocol.isStream(request)) {
    const whole = JSON.stringify(protocol.renderWhole(answer, request));
    return whole.slice(0, whole.length / 2);
  }
  const pieces = protocol.renderStream(answer, request);
  const firstText = pieces.findIndex((piece) => piece.includes("Hello from"));
  const enough = firstText === -1 ? Math.ceil(pieces.length / 2) : firstText + 1;
  return pieces.slice(0, enough).join("");
}

function startAnswer(isStream: boolean, response: ServerResponse): void {
  response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
  response.flushHeaders();
}

function write(response: ServerResponse, piece: string | Buffer): Promise<unknown> {
  return new Promise((resolve) => response.write(piece, resolve));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readBody<B>(incoming: IncomingMessage): Promise<B | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return null;
  }
}

/** One server-sent event; with a name where the protocol names them. */
export function renderEvent(data: unknown, name?: string): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${name === undefined ? "" : `event: ${name}\n`}data: ${text}\n\n`;
}
