import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { canUseDirectory, findOrCreateAccount, findOwner, giveTo, giveTreeTo, isRoot } from "./account.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { isSystemError } from "./process.ts";
import { type Account, folderNameFor } from "./rules.ts";

/** Where an unprivileged account finds what it cannot reach in the clone or the data directory. */
export const sharedRoot = "/var/lib/errand";

/** Where one database lies and under which account its server runs (undefined: our own). */
export interface Location {
  readonly account: Account | undefined;
  /** The directory that is locked: ERRAND_DATA_DIR, or a folder below `sharedRoot`. */
  readonly base: string;
  /** Below `base`, owned by the account; holds `data` and half-made databases. */
  readonly home: string;
  readonly data: string;
}

function locationIn(base: string, account: Account | undefined): Location {
  const home = join(base, "postgres");
  return { account, base, home, data: join(home, "data") };
}

/** Creates ERRAND_DATA_DIR if it is missing; returns its path with symbolic links resolved. */
export async function prepareDataDir(dataDir: string): Promise<string> {
  try {
    // Others may pass through (the server's account has to, when we are root) but see no names; each secret in it is 0600.
    await mkdir(dirname(dataDir), { recursive: true });
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // Only while there is nothing in it that its mode might be protecting.
    if (isRoot() && (await readdir(dataDir)).length === 0) await chmod(dataDir, 0o711);
    return await realpath(dataDir);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `cannot use the data directory ${dataDir} (${messageOf(error)}). Set ERRAND_DATA_DIR to a directory that this user can write.`,
      { cause: error },
    );
  }
}

/**
 * Decides where the database of a (locked) data directory lies. A database that exists stays where it is and keeps its
 * owner, whatever accounts and modes are now; only a new one is given the best place.
 */
export async function locate(dataDir: string, log: (message: string) => void): Promise<Location> {
  const pointed = await readPointer(dataDir);
  const base = pointed ?? dataDir;
  if (!isRoot()) return locateAsUser(base);
  const { data } = locationIn(base, undefined);
  if (existsSync(data)) return locateExisting(base, data, log);
  const account = await findOrCreateAccount(log);
  const location = locationIn(base, account);
  await mkdir(location.home, { recursive: true });
  await giveTo(account, location.home, 0o700);
  if (await canUseDirectory(account, location.home)) return location;
  await rm(location.home, { recursive: true, force: true });
  return locateOutside(dataDir, account);
}

/** Where the database of a data directory lies, made or not. Only looks; needs no lock. */
export async function findData(dataDir: string): Promise<string> {
  return locationIn((await readPointer(dataDir)) ?? dataDir, undefined).data;
}

/** Without root there is one place and one account: the given one and our own. */
async function locateAsUser(base: string): Promise<Location> {
  const location = locationIn(base, undefined);
  await mkdir(location.home, { recursive: true, mode: 0o700 });
  const { uid } = await lstat(location.home);
  if (uid !== process.getuid?.()) {
    throw new EmbeddedPostgresError(
      `the database in ${location.home} belongs to uid ${uid}. Start Errand as root or as that user, or set ERRAND_DATA_DIR to another directory.`,
    );
  }
  return location;
}

/** As root: the server runs as the owner of the files. */
async function locateExisting(base: string, data: string, log: (message: string) => void): Promise<Location> {
  const owner = await findOwner(data);
  const account = owner ?? (await findOrCreateAccount(log));
  const location = locationIn(base, account);
  if (owner === undefined) await giveTreeTo(account, location.home);
  if (!(await canUseDirectory(account, data))) {
    throw new EmbeddedPostgresError(
      `the account ${account.name} cannot enter ${data}. Make the directories above it passable (chmod o+x), or move ERRAND_DATA_DIR, for instance below /srv.`,
    );
  }
  return location;
}

/** A new folder below `sharedRoot`, and the pointer to it in the data directory. */
async function locateOutside(dataDir: string, account: Account): Promise<Location> {
  // A random end, because the folder belongs to this data directory and not to its path: who deletes the data directory
  // to begin anew must not find the old database without its password and keys.
  const base = join(sharedRoot, "databases", `${folderNameFor(dataDir)}-${randomBytes(4).toString("hex")}`);
  const location = locationIn(base, account);
  try {
    for (const directory of [sharedRoot, join(sharedRoot, "databases"), base, location.home]) {
      await mkdir(directory).then(
        () => chmod(directory, 0o755),
        (error: unknown) => {
          if (!isSystemError(error, "EEXIST")) throw error;
        },
      );
    }
    await writeFile(join(base, "belongs-to"), `${dataDir}\n`);
    await giveTo(account, location.home, 0o700);
    if (!(await canUseDirectory(account, location.home))) throw new Error(`it cannot enter ${base} either`);
    await writeFile(`${pointerFile(dataDir)}.new`, `${base}\n`, { mode: 0o600 });
    await rename(`${pointerFile(dataDir)}.new`, pointerFile(dataDir));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `the account ${account.name} cannot enter ${dataDir}, and the database cannot lie in ${base} (${messageOf(error)}). Set ERRAND_DATA_DIR to a directory that this account can enter, for instance /srv/errand.`,
      { cause: error },
    );
  }
  return location;
}

function pointerFile(dataDir: string): string {
  return join(dataDir, "postgres.location");
}

/** The folder below `sharedRoot` that an earlier start has chosen; undefined if the database lies in the data directory. */
async function readPointer(dataDir: string): Promise<string | undefined> {
  const file = pointerFile(dataDir);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw new EmbeddedPostgresError(
      `cannot read ${file} (${messageOf(error)}). Start Errand as the user who owns the data directory.`,
    );
  });
  const base = text?.trim();
  if (base !== undefined && !existsSync(base)) {
    throw new EmbeddedPostgresError(
      `the database of ${dataDir} lay in ${base}, which is gone. Restore it, or delete ${file} to begin with an empty database.`,
    );
  }
  return base;
}
