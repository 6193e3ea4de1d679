import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { killGroup } from "./child.ts";

/** How answers are streamed. */
export interface Pace {
  charactersPerPiece: number;
  everyMs: number;
}

/** A model server that streams its answers at a steady pace, in a process of its own. */
export interface PacedModel extends AsyncDisposable {
  baseUrl: string;
}

/** A contact's message, found again in the model's request. It asks for an answer of so many pieces. */
export function askFor(number: number, pieces: number): string {
  return `bench-stream-${number}-${pieces}!`;
}

const questionPattern = /bench-stream-(\d+)-(\d+)!/;

/** The pieces of the answer to a message of `askFor`; no two of any answers are the same. */
export function listPieces(question: string, { charactersPerPiece }: Pace): string[] {
  const [, number, pieces] = questionPattern.exec(question) ?? [];
  return Array.from({ length: Number(pieces) }, (_, index) =>
    `${index} of ${number} `.padEnd(charactersPerPiece - 1, "-").concat(" "),
  );
}

/** Starts the server in a process of its own, so that its work is not the measured program's. */
export async function startPacedModel(pace: Pace, signal: AbortSignal): Promise<PacedModel> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(pace)], {
    env: {},
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const end = () => killGroup(child.pid);
  signal.addEventListener("abort", end);
  const port = await readPort(child);
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      end();
      await closed;
    },
  };
}

async function readPort(child: ChildProcess): Promise<number> {
  let output = "";
  for await (const piece of child.stdout ?? []) {
    output += piece;
    if (output.endsWith("\n")) return Number(output);
  }
  throw new Error("the model server ended before it listened");
}

async function serve(pace: Pace, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const piece of incoming.setEncoding("utf8")) body += piece;
  const [question] = questionPattern.exec(body) ?? [];
  if (question === undefined) {
    response.writeHead(400).end();
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const pieces = listPieces(question, pace);
  let sent = 0;
  const timer = setInterval(() => {
    const piece = pieces[sent++];
    if (piece !== undefined) {
      response.write(renderChunk({ role: "assistant", content: piece }, null));
      return;
    }
    clearInterval(timer);
    response.end(`${renderChunk({}, "stop")}data: [DONE]\n\n`);
  }, pace.everyMs);
  response.once("close", () => clearInterval(timer));
}

function renderChunk(delta: object, finishReason: string | null): string {
  const usage =
    finishReason === null ? {} : { usage: { prompt_tokens: 100, completion_tokens: 100, total_tokens: 200 } };
  const chunk = {
    ...{ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_700_000_000, model: "bench" },
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    ...usage,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

if (import.meta.main) {
  const pace = JSON.parse(process.argv[2] ?? "") as Pace;
  const server = createServer((incoming, response) => {
    serve(pace, incoming, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  process.stdout.write(`${address.port}\n`);
  // Ends with the process that started it, however that ends.
  process.stdin.resume().once("end", () => process.exit());
}
