import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Everything that the built dashboard depends on, from the root of the clone. */
const inputs = [
  "package-lock.json",
  "openapi.json",
  "web/dashboard/*.{ts,json,html}",
  "web/dashboard/src/**/*.{ts,tsx,css,svg}",
];
/** Made by the build itself. */
const generated = "web/dashboard/src/api/generated";

/** A hash of the dashboard's sources by content: times say nothing after a clone or a copy. */
export async function stampOfSources(root: string): Promise<string> {
  const files = await Array.fromAsync(glob(inputs, { cwd: root, exclude: [`${generated}/**`] }));
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    hash.update(`${file}\0`);
    hash.update(await readFile(join(root, file)));
    hash.update("\0");
  }
  return hash.digest("hex");
}
