import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildDashboard, root } from "../src/program/dashboard/index.ts";

/** Builds the dashboard and fails if a browser has to load more script than the budgets allow. */

/** Kilobytes (1024 bytes) of script, gzipped. */
const firstLoadBudget = 350;
const routeBudget = 120;

const frame = "src/shell/frame.tsx";

/** A file of the build as Vite's manifest lists it, under the name of its source. */
interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
}

type Manifest = Readonly<Record<string, Chunk>>;

/** The chunk and everything that is loaded with it. */
function withImports(manifest: Manifest, name: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const imported of manifest[name]?.imports ?? []) withImports(manifest, imported, seen);
  return seen;
}

async function sizeOf(directory: string, file: string): Promise<number> {
  return file.endsWith(".js")
    ? gzipSync(await readFile(join(directory, file)), { level: 9 }).length / 1024
    : 0;
}

async function sizeOfAll(directory: string, manifest: Manifest, names: Iterable<string>): Promise<number> {
  const sizes = await Promise.all([...names].map((name) => sizeOf(directory, manifest[name]?.file ?? "")));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const directory = await buildDashboard({ root, signal: new AbortController().signal });
if (directory === undefined) throw new Error("the dashboard cannot be built here");
const manifest = JSON.parse(await readFile(join(directory, ".vite", "manifest.json"), "utf8")) as Manifest;
const names = Object.keys(manifest);
const entry = names.find((name) => manifest[name]?.isEntry === true) ?? "";
// What every page of a signed-in member needs: the entry and the frame around the pages.
const first = withImports(manifest, frame, withImports(manifest, entry));
const firstSize = await sizeOfAll(directory, manifest, first);
const routes = await Promise.all(
  names
    .filter((name) => manifest[name]?.isDynamicEntry === true && name !== frame)
    .map(async (name) => {
      const own = [...withImports(manifest, name)].filter((part) => !first.has(part));
      return { name, size: await sizeOfAll(directory, manifest, own) };
    }),
);
const line = (name: string, size: number, budget: number) =>
  `${size <= budget ? "ok    " : "TOO BIG"} ${size.toFixed(1).padStart(7)} of ${budget} kB  ${name}`;
console.info(line("first load", firstSize, firstLoadBudget));
for (const { name, size } of routes.toSorted((a, b) => b.size - a.size))
  console.info(line(name, size, routeBudget));
if (firstSize > firstLoadBudget || routes.some(({ size }) => size > routeBudget)) process.exitCode = 1;
