import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

const fileName = "secret.key";
const keyBytes = 32;

/**
 * The key of this data directory, made at the first start: 32 bytes in base64 in a file that only its owner reads.
 * Throws a sentence if the file holds something else.
 */
export async function loadSecretKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, fileName);
  const text = (await readFile(path, "utf8").catch(ifMissing)) ?? (await makeKey(path));
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === keyBytes) return key;
  throw new Error(
    `${path} does not hold a key of ${keyBytes} bytes in base64. Put the former file back: without it stored secrets cannot be read.`,
  );
}

/** Written aside and linked into place, so that a crash or a second process never leaves half a key. */
async function makeKey(path: string): Promise<string> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${randomBytes(keyBytes).toString("base64")}\n`, { mode: 0o600 });
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  return await readFile(path, "utf8");
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
