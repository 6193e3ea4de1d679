import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call of a model, answered at the test's pace. */
export interface PacedCall {
  /** Writes the next piece of the answer. */
  say(text: string): void;
  finish(): void;
  /** Breaks the connection in the middle of the answer. */
  cut(): void;
}

export interface PacedModel {
  /** For a provider of kind `openai_compatible`. */
  readonly baseUrl: string;
  /** The next call that nobody has taken yet. */
  nextCall(): Promise<PacedCall>;
  close(): Promise<void>;
}

/** A model server that says only what a test makes it say, when it makes it. */
export async function startPacedModel(): Promise<PacedModel> {
  const calls: ServerResponse[] = [];
  const waiting: ((call: PacedCall) => void)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const take = waiting.shift();
    if (take === undefined) calls.push(response);
    else take(pace(response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    nextCall() {
      const call = calls.shift();
      if (call !== undefined) return Promise.resolve(pace(call));
      return new Promise((resolve) => waiting.push(resolve));
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function pace(response: ServerResponse): PacedCall {
  const write = (delta: object, finishReason: string | null) => {
    const choices = [{ index: 0, delta, finish_reason: finishReason }];
    const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "paced", choices };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  return {
    say: (content) => write({ role: "assistant", content }, null),
    finish() {
      write({}, "stop");
      response.end("data: [DONE]\n\n");
    },
    cut: () => void response.destroy(),
  };
}
