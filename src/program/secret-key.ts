import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hmacHex } from "../base/crypto.ts";
import type { Config } from "../config.ts";
import type { Queryable } from "../db/index.ts";
import { keepMark, replaceMark, selectMark } from "./secret-key-store.ts";

/** The secret key cannot be used; the message says what to do and nothing of the key. */
export class SecretKeyError extends Error {
  override readonly name = "SecretKeyError";
}

const fileName = "secret.key";
const keyBytes = 32;

/**
 * The key of this data directory, made at the first start: 32 bytes in base64 in a file that only its owner reads.
 * Throws SecretKeyError if the file holds something else.
 */
export async function loadSecretKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, fileName);
  return (await readKey(path)) ?? parseKey(path, await makeKey(path));
}

async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, "utf8").catch(ifMissing);
  return text === undefined ? undefined : parseKey(path, text);
}

function parseKey(path: string, text: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === keyBytes) return key;
  throw new SecretKeyError(
    `${path} does not hold a key of ${keyBytes} bytes in base64. Put the former file back: without it stored secrets cannot be read.`,
  );
}

/**
 * Makes sure that the key is the one that this database was first started with: under another one every stored secret
 * would fail where it is used, long after the start. Throws SecretKeyError.
 */
export async function checkSecretKey(database: Queryable, config: Config, key: Buffer): Promise<void> {
  const mark = markOf(key);
  if ((await keepMark(database, mark)) !== mark) throw otherKey(config);
}

/**
 * The same for a database that is only looked at: makes neither a key nor a mark. False if the database was never started
 * with a key. Throws SecretKeyError, also where the key is missing.
 */
export async function compareSecretKey(database: Queryable, config: Config): Promise<boolean> {
  const path = join(config.dataDir, fileName);
  const key = config.secretKey ?? (await readKey(path));
  const mark = await selectMark(database);
  if (mark === undefined) return false;
  if (key === undefined)
    throw new SecretKeyError(`${path} is missing. Put it back: without it stored secrets cannot be read.`);
  if (markOf(key) !== mark) throw otherKey(config);
  return true;
}

/** From now on the database knows this key; what was sealed under the former one stays unreadable. */
export async function acceptSecretKey(database: Queryable, key: Buffer): Promise<void> {
  await replaceMark(database, markOf(key));
}

function markOf(key: Buffer): string {
  return hmacHex(key.toString("base64"), "mark of the secret key");
}

function otherKey(config: Config): SecretKeyError {
  const source = config.secretKey === undefined ? join(config.dataDir, fileName) : "ERRAND_SECRET_KEY";
  return new SecretKeyError(
    `${source} is not the key that this database was first started with. Put the former one back: without it stored secrets cannot be read.`,
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
