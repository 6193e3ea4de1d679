import { spawn } from "node:child_process";
import { access, glob, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { type Clock, systemClock } from "../../base/clock.ts";
import { withLock } from "./lock.ts";
import { stampOfSources } from "./stamp.ts";

/** What the build could not do; the message carries what its programs printed. */
export class DashboardBuildError extends Error {
  override readonly name = "DashboardBuildError";
}

export interface DashboardBuild {
  /** Of the clone or package. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Told once, when it turns out that something has to be built. */
  onBuild?(): void;
  readonly clock?: Clock;
}

const stampFile = "stamp";

/** Where the built files lie. */
export function builtDirectory(root: string): string {
  return join(root, "web", "dashboard", "dist");
}

/**
 * Makes the dashboard's files unless those that are there were made of these very sources, and answers their directory.
 * Undefined if there are none and nothing to make them with: an installation without development dependencies.
 * Throws DashboardBuildError.
 */
export async function buildDashboard(options: DashboardBuild): Promise<string | undefined> {
  const { root, signal, onBuild, clock = systemClock } = options;
  const directory = builtDirectory(root);
  if (!(await exists(join(root, "web", "dashboard", "index.html"))) || !(await exists(viteOf(root))))
    return (await exists(join(directory, "index.html"))) ? directory : undefined;
  const wanted = await stampOfSources(root);
  if ((await builtStamp(directory)) === wanted) return directory;
  const lock = join(root, "node_modules", ".errand-dashboard.lock");
  return await withLock(lock, { clock, signal }, async () => {
    // Another process may have made it while this one waited.
    if ((await builtStamp(directory)) === wanted) return directory;
    onBuild?.();
    await build(root, directory, wanted, signal);
    return directory;
  });
}

async function build(root: string, directory: string, stamp: string, signal: AbortSignal): Promise<void> {
  const dashboard = join(root, "web", "dashboard");
  const fresh = `${directory}-${process.pid}`;
  try {
    await generateClient(root, signal);
    const options = ["--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"];
    await run(root, [viteOf(root), "build", ...options], { cwd: dashboard, signal });
    await compress(fresh);
    await writeFile(join(fresh, stampFile), stamp);
    const old = `${directory}-old-${process.pid}`;
    await rename(directory, old).catch(() => undefined);
    await rename(fresh, directory);
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Makes the client and hooks from openapi.json, beside the sources that import them. */
export async function generateClient(root: string, signal: AbortSignal): Promise<void> {
  const dashboard = join(root, "web", "dashboard");
  await mkdir(join(dashboard, "src", "api", "generated"), { recursive: true });
  const orval = join(root, "node_modules", "orval", "dist", "bin", "orval.mjs");
  await run(root, [orval, "--config", join(dashboard, "orval.config.ts")], { cwd: dashboard, signal });
}

function viteOf(root: string): string {
  return join(root, "node_modules", "vite", "bin", "vite.js");
}

async function builtStamp(directory: string): Promise<string | undefined> {
  return await readFile(join(directory, stampFile), "utf8").catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Runs a script of node_modules to its end. Throws with what it printed if it fails. */
async function run(
  root: string,
  args: readonly string[],
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<void> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"], signal });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  signal.throwIfAborted();
  if (code !== 0)
    throw new DashboardBuildError(
      `The dashboard could not be built: ${args[0]?.replace(`${root}/`, "")} ended with ${code}.\n${stripVTControlCharacters(output).trim()}`,
    );
}

const compressible = "**/*.{js,css,svg}";

/** Beside each text its compressed forms, which the server hands out as they are. */
async function compress(directory: string): Promise<void> {
  for await (const file of glob(compressible, { cwd: directory })) {
    const path = join(directory, file);
    const content = await readFile(path);
    await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
    await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
  }
}
