import { randomInt } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";

const host = "127.0.0.1";

/** Below the ports that systems give to outgoing connections, which could take the port between a stop and a start. */
const lowest = 20_000;
const highest = 30_000;
const tries = 100;

/** The port to start on: `wanted` if it is free, else a free one at random. */
export async function choosePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await tryListen(wanted))) return wanted;
  for (let tried = 0; tried < tries; tried += 1) {
    const port = randomInt(lowest, highest);
    if (await tryListen(port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest} on ${host}`);
}

/** The port of the last start. */
export async function readLastPort(portFile: string): Promise<number | undefined> {
  const port = Number.parseInt(await readFile(portFile, "utf8").catch(() => ""), 10);
  return port > 0 && port < 65536 ? port : undefined;
}

/** Keeps the port for the next start: people note it down in their database tools. */
export async function rememberPort(portFile: string, port: number): Promise<void> {
  await writeFile(portFile, `${port}\n`, { mode: 0o600 });
}

/** True if the port could be listened on for a moment. */
function tryListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
