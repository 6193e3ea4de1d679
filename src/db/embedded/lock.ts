import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../base/errors.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { isSystemError } from "./process.ts";

export interface DirectoryLock {
  release(): void;
}

const sqliteBusy = 5;

/**
 * Takes the one lock on a directory or throws `EmbeddedPostgresError` naming who holds it.
 *
 * The lock is the operating system's lock on a file, so it ends with the process however that ends, and no pid has to be
 * judged: a pid can be reused, and says nothing between containers that share a volume. Node has no call for such locks,
 * but its SQLite takes one for an exclusive transaction (0.6 ms); nothing is ever written to that file. The pid beside it
 * is for the sentence only.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const lockFile = join(directory, "errand.lock");
  const pidFile = join(directory, "errand.pid");
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(lockFile, { timeout: 0 });
    // Whoever can read the file can lock it. By path: opening and closing it here would drop a lock this process holds.
    chmodSync(lockFile, 0o600);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `cannot write to the data directory ${directory} (${messageOf(error)}). Start Errand as the user who owns it, or set ERRAND_DATA_DIR to another directory.`,
      { cause: error },
    );
  }
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if (isBusy(error)) {
      throw new EmbeddedPostgresError(
        `another Errand (pid ${readPid(pidFile)}) is running on this data directory (${directory}). Stop it, or set ERRAND_DATA_DIR to another directory.`,
      );
    }
    throw new EmbeddedPostgresError(
      `cannot lock ${lockFile} (${messageOf(error)}). The data directory must lie on a file system with locks; set ERRAND_DATA_DIR to a local directory.`,
      { cause: error },
    );
  }
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    database.close();
    throw new EmbeddedPostgresError(
      `cannot write ${pidFile} (${messageOf(error)}). Start Errand as the user who owns the data directory.`,
    );
  }
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, "utf8").trim() || "unknown";
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return "unknown";
    throw error;
  }
}
