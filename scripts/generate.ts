import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setup } from "../test/global-setup.ts";
import { generateFiles } from "./generate/files.ts";

/** Writes what is generated; with `--check` it writes nothing and fails if a file is not as it would be written. */

const root = join(import.meta.dirname, "..");
const onlyCheck = process.argv.includes("--check");

const stop = await setup();
const files = await generateFiles().finally(stop);
for (const [path, content] of files) {
  const file = join(root, path);
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before === content) continue;
  if (onlyCheck) {
    console.error(`${path} has drifted${firstDifference(before, content)}. Mend it with: npm run generate`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    console.info(`wrote ${path}`);
  }
}
console.info(`generated files: ${[...files.keys()].join(", ")}`);

function firstDifference(before: string | undefined, after: string): string {
  if (before === undefined) return ": it is missing";
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  const index = fresh.findIndex((line, at) => line !== old[at]);
  const line = index === -1 ? fresh.length : index;
  return ` at line ${line + 1}: "${old[line] ?? ""}" would be "${fresh[line] ?? ""}"`;
}
