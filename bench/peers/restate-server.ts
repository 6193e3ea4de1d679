import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePorts } from "../ports.ts";

/** A running restate-server; disposing of it stops it. */
export interface RestateServer extends AsyncDisposable {
  ingressUrl: string;
  /** Makes the services that listen at `uri` known to the server. */
  register(uri: string): Promise<void>;
}

/**
 * Starts the restate-server of the npm package on free ports, with its data under `directory`. Every setting
 * that bears on speed or durability is left at its default; only addresses and telemetry are set.
 */
export async function startRestateServer(directory: string): Promise<RestateServer> {
  const [ingress, admin, node] = (await findFreePorts(3)).map((port) => `127.0.0.1:${port}`);
  const logPath = path.join(directory, "restate.log");
  await using log = await open(logPath, "a");
  const server = spawn(findBinary(), ["--no-logo"], {
    cwd: directory,
    env: {
      RESTATE_BASE_DIR: path.join(directory, "data"),
      RESTATE_NODE_NAME: "bench",
      RESTATE_INGRESS__BIND_ADDRESS: ingress,
      RESTATE_ADMIN__BIND_ADDRESS: admin,
      RESTATE_BIND_ADDRESS: node,
      // Sockets in a deep temporary directory can exceed the 107 bytes a Unix socket's path may have.
      RESTATE_LISTEN_MODE: "tcp",
      RESTATE_DISABLE_TELEMETRY: "true",
    },
    stdio: ["ignore", log.fd, log.fd],
  });
  try {
    await waitUntilHealthy(server, [`http://${admin}/health`, `http://${ingress}/restate/health`]);
  } catch (cause) {
    await stopServer(server);
    throw new Error(`restate-server did not start: ${await readFile(logPath, "utf8")}`, { cause });
  }
  return {
    ingressUrl: `http://${ingress}`,
    async register(uri) {
      const response = await fetch(`http://${admin}/deployments`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ uri }),
      });
      if (!response.ok) throw new Error(`registration refused: ${response.status} ${await response.text()}`);
    },
    async [Symbol.asyncDispose]() {
      await stopServer(server);
    },
  };
}

/** The package's own launcher keeps a second Node process running, so its binary is started directly. */
function findBinary(): string {
  const launcher = createRequire(import.meta.url).resolve("@restatedev/restate-server/package.json");
  const platform = `${process.platform}-${process.arch}`;
  return createRequire(launcher).resolve(`@restatedev/restate-server-${platform}/bin/restate-server`);
}

async function waitUntilHealthy(server: ChildProcess, urls: readonly string[]): Promise<void> {
  const isHealthy = async (url: string) => (await fetch(url).catch(() => undefined))?.ok === true;
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) throw new Error(`exit code ${server.exitCode}`);
    if ((await Promise.all(urls.map(isHealthy))).every(Boolean)) return;
    await delay(100);
  }
  throw new Error("not healthy within 30 s");
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGTERM");
  await exited;
}
