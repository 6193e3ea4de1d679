import { spawn } from "node:child_process";
import { open, readFile, rename, stat } from "node:fs/promises";
import { type Clock, pause } from "../../base/clock.ts";
import type { Binaries } from "./binaries.ts";
import { readHolder } from "./holder.ts";
import type { Location } from "./location.ts";
import { choosePort, readLastPort } from "./port.ts";
import { serverArguments, summarizeLog } from "./rules.ts";
import { stopServer } from "./stop.ts";
import { askServer } from "./store.ts";

/** What it takes to get one database's server running. */
export interface ServerContext {
  readonly location: Location;
  readonly binaries: Binaries;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly portFile: string;
  /** Only this port will do: clients already hold the address. */
  readonly fixedPort?: number;
  readonly urlFor: (port: number, database: string) => string;
  readonly log: (message: string) => void;
  readonly clock: Clock;
  /** Aborted when the caller no longer wants a server. */
  readonly signal: AbortSignal;
}

type LaunchResult =
  | { readonly kind: "ready"; readonly pid: number; readonly port: number }
  | { readonly kind: "failed"; readonly reason: string };

const pollMs = 20;
const largeLogBytes = 10 * 1024 * 1024;

/**
 * Starts a server and waits until it accepts connections. `failed` carries what the server's log says; the caller may try
 * again. Recovery after a crash may take long, so a server that says `starting` is waited for up to `startupMs`.
 */
export async function launchServer(
  context: ServerContext,
  startupMs: number,
  preferLastPort: boolean,
): Promise<LaunchResult> {
  const { clock, location, signal } = context;
  const wanted = preferLastPort ? await readLastPort(context.portFile) : undefined;
  const port = context.fixedPort ?? (await choosePort(wanted));
  await rotateLog(context.logFile);
  const log = await open(context.logFile, "a", 0o600);
  const logStart = (await log.stat()).size;
  let ended: string | undefined;
  // `detached` is a session of its own: Ctrl-C in our terminal must reach us and not the database we drain into.
  const child = spawn(context.binaries.postgres, serverArguments(location.data, port, context.settings), {
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    ...(location.account && { uid: location.account.uid, gid: location.account.gid }),
  });
  child.on("error", (error) => {
    ended ??= error.message;
  });
  child.on("exit", (code, signalName) => {
    ended ??= `it ended with ${signalName ?? `code ${code}`}`;
  });
  child.unref();
  await log.close();

  const startedAt = clock.monotonicMs();
  let toldRecovery = false;
  while (ended === undefined && !signal.aborted && clock.monotonicMs() - startedAt < startupMs) {
    if (child.pid !== undefined && (await isReady(context, child.pid, port))) {
      return { kind: "ready", pid: child.pid, port };
    }
    if (!toldRecovery && clock.monotonicMs() - startedAt > 5000) {
      toldRecovery = true;
      context.log("PostgreSQL is still starting; after a crash it first reads its log of changes");
    }
    await pause(clock, pollMs);
  }
  if (ended === undefined && child.pid !== undefined) await stopServer(clock, child.pid);
  const said = summarizeLog(await readFrom(context.logFile, logStart));
  return { kind: "failed", reason: said === "" ? (ended ?? "it did not accept connections") : said };
}

async function isReady(context: ServerContext, pid: number, port: number): Promise<boolean> {
  const state = await readHolder(context.location.data);
  if (state.kind !== "ours" || state.file.pid !== pid || state.file.status !== "ready") return false;
  return (await askServer(context.urlFor(port, "postgres"), state.file.dataDir)).kind === "serves";
}

/** One older file is kept: enough to see what happened, bounded without another program. */
async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largeLogBytes) await rename(file, `${file}.1`);
}

async function readFrom(file: string, offset: number): Promise<string> {
  const bytes = await readFile(file);
  return bytes.subarray(offset).toString("utf8");
}
