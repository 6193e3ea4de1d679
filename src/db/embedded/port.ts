import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";

const host = "127.0.0.1";

/** The port to start on: `wanted` if it is free, else one that the system gives. */
export async function choosePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await tryListen(wanted)) !== undefined) return wanted;
  const free = await tryListen(0);
  if (free === undefined) throw new Error(`no free port on ${host}`);
  return free;
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

/** The port that was listened on for a moment; undefined if it is taken. */
function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const actual = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(actual));
    });
  });
}
