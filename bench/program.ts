import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import path from "node:path";
import { pause, systemClock } from "../src/base/clock.ts";
import { killGroup } from "./child.ts";
import { findFreePorts } from "./ports.ts";

/** The program as a user starts it, all roles in one process; disposing of it stops it. */
export interface Program extends AsyncDisposable {
  /** Has owner rights. */
  apiKey: string;
  port: number;
  /** Makes the owner's account, once. */
  ownerLink: string;
  /** Calls the API and answers the parsed body. Rejects unless the status is 2xx. */
  call<T>(method: "GET" | "POST", path: string, key: string, body?: unknown): Promise<T>;
}

const MAIN = path.join(import.meta.dirname, "..", "src", "main.ts");
const READY_WITHIN_MS = 30_000;

interface ProgramOptions {
  /** To keep open for calls, so that what is measured is not the handshake. Default 1. */
  connections?: number;
  /** Settings beside those of every scenario. */
  env?: Readonly<Record<string, string>>;
}

/** Starts `errand start` on a database of ours and waits until it is ready. */
export async function startProgram(
  databaseUrl: string,
  signal: AbortSignal,
  options: ProgramOptions = {},
): Promise<Program> {
  signal.throwIfAborted();
  const [port = 0] = await findFreePorts(1);
  const apiKey = randomBytes(24).toString("hex");
  const child = spawn(process.execPath, [MAIN, "start"], {
    env: {
      ERRAND_DATABASE_URL: databaseUrl,
      ERRAND_SECRET_KEY: randomBytes(32).toString("base64"),
      ERRAND_BOOTSTRAP_API_KEY: apiKey,
      ERRAND_PORT: String(port),
      ERRAND_DEMO: "0",
      ERRAND_LOG_LEVEL: "warn",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = collectOutput(child);
  const endGroup = () => killGroup(child.pid);
  signal.addEventListener("abort", endGroup);
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections ?? 1 });
  const call = async <T>(method: "GET" | "POST", target: string, key: string, body?: unknown) => {
    try {
      return await callApi<T>({ agent, port, method, target, key, body });
    } catch (cause) {
      if (child.exitCode === null && child.signalCode === null) throw cause;
      throw new Error(`Errand ended with ${child.exitCode ?? child.signalCode}:\n${output()}`, { cause });
    }
  };
  const stop = async () => {
    signal.removeEventListener("abort", endGroup);
    agent.destroy();
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    }
  };
  try {
    await waitUntilReady(child, () => call("GET", "/readyz", apiKey));
  } catch (cause) {
    endGroup();
    await stop();
    throw new Error(`Errand did not become ready:\n${output()}`, { cause });
  }
  const ownerLink = /^ {2}owner {6}(\S+)/m.exec(output())?.[1] ?? "";
  return { apiKey, port, ownerLink, call, [Symbol.asyncDispose]: stop };
}

function collectOutput(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return () => output;
}

async function waitUntilReady(child: ChildProcess, probe: () => Promise<unknown>): Promise<void> {
  const startedAt = systemClock.monotonicMs();
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    try {
      await probe();
      return;
    } catch (error) {
      if (systemClock.monotonicMs() - startedAt > READY_WITHIN_MS) throw error;
    }
    await pause(systemClock, 50);
  }
}

interface Call {
  agent: Agent;
  port: number;
  method: string;
  target: string;
  key: string;
  body: unknown;
}

async function callApi<T>({ agent, port, method, target, key, body }: Call): Promise<T> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const sent = request({
    ...{ agent, host: "127.0.0.1", port, method, path: target },
    headers: {
      authorization: `Bearer ${key}`,
      ...(text === ""
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
    },
  });
  sent.end(text);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.setEncoding("utf8");
  let answer = "";
  for await (const piece of response) answer += piece;
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new Error(`${method} ${target} was answered ${status}: ${answer}`);
  return (answer === "" ? undefined : JSON.parse(answer)) as T;
}
