import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { giveTo } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import type { Location } from "./location.ts";
import { isSystemError, run } from "./process.ts";
import { majorVersion, summarizeLog } from "./rules.ts";

const superuser = "postgres";
/** The one database of ours in the cluster. */
export const database = "errand";

/** The superuser's URL to a database of the server on this port. */
export function serverUrl(password: string, port: number, name: string): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${name}`;
}

const partialPrefix = "initializing-";

/**
 * Makes the database files if there are none. They are made in a folder beside and renamed when whole, so that a start that
 * was killed leaves only a folder that the next one removes.
 */
export async function ensureCluster(options: {
  readonly location: Location;
  readonly binaries: Binaries;
  readonly password: string;
  /** False only for tests: skips flushing the new files. */
  readonly durable: boolean;
  readonly log: (message: string) => void;
}): Promise<void> {
  const { location, binaries, log } = options;
  await removePartial(location.home);
  if (existsSync(location.data)) {
    await checkVersion(location.data, binaries);
    return;
  }
  log(`creating a PostgreSQL ${majorVersion(binaries.version)} database in ${location.data}`);
  const partial = join(location.home, `${partialPrefix}${randomBytes(4).toString("hex")}`);
  const passwordFile = join(partial, "password");
  const data = join(partial, "data");
  await mkdir(partial);
  await writeFile(passwordFile, `${options.password}\n`, { flag: "wx", mode: 0o600 });
  await giveTo(location.account, passwordFile, 0o600);
  await giveTo(location.account, partial, 0o700);
  const result = await run(
    binaries.initdb,
    [
      `--pgdata=${data}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      ...(options.durable ? [] : ["--no-sync"]),
    ],
    location.account,
  );
  if (result.code !== 0) {
    await removePartial(location.home);
    throw new EmbeddedPostgresError(
      `cannot create a database in ${location.home}: ${summarizeLog(result.stderr)} Set ERRAND_DATA_DIR to another directory, or ERRAND_DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  await rename(data, location.data);
  await flushDirectory(location.home);
  await removePartial(location.home);
}

/** Best effort: an initdb that outlived a killed start may still be writing into its folder. */
async function removePartial(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(partialPrefix)) continue;
    await rm(join(home, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function checkVersion(data: string, binaries: Binaries): Promise<void> {
  const found = (await readFile(join(data, "PG_VERSION"), "utf8").catch(() => "")).trim();
  const wanted = majorVersion(binaries.version);
  if (found === String(wanted)) return;
  throw new EmbeddedPostgresError(
    found === ""
      ? `${data} is not a PostgreSQL database. Move it away to begin with an empty database.`
      : `the database in ${data} was made by PostgreSQL ${found}, but PostgreSQL ${wanted} is installed. Dump it with PostgreSQL ${found} and load it into a new data directory.`,
  );
}

/**
 * The superuser's password, kept in `postgres.password` (0600) in the data directory. Made up at the first start; an
 * existing database without it is an error, since nothing could sign in.
 */
export async function ensurePassword(dataDir: string, data: string): Promise<string> {
  const file = passwordFile(dataDir);
  const known = await readPassword(dataDir);
  if (known !== undefined) return known;
  if (existsSync(data)) {
    throw new EmbeddedPostgresError(
      `the password file ${file} is missing, but there is a database in ${data}. Restore the file, or move ${data} away to begin with an empty database.`,
    );
  }
  const password = randomBytes(24).toString("hex");
  const handle = await open(`${file}.new`, "w", 0o600);
  try {
    await handle.writeFile(`${password}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return password;
}

/** What `ensurePassword` keeps; undefined before the first start. */
export async function readPassword(dataDir: string): Promise<string | undefined> {
  const file = passwordFile(dataDir);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return "";
    throw new EmbeddedPostgresError(
      `cannot read ${file} (${messageOf(error)}). Start Errand as the user who owns the data directory.`,
    );
  });
  return text.trim() || undefined;
}

function passwordFile(dataDir: string): string {
  return join(dataDir, "postgres.password");
}
