import { constants, existsSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, readCommand } from "./process.ts";
import {
  classifyHolder,
  type Holder,
  type PostmasterFile,
  parsePostmasterFile,
  replaceHolder,
} from "./rules.ts";

/** The pid file of a data directory and who is behind it. `none`: no file; `unreadable`: empty or cut off. */
type HolderState =
  | { readonly kind: "none" | "unreadable" }
  | { readonly kind: Holder; readonly file: PostmasterFile };

/** Looks who holds the data directory. `data` has its symbolic links resolved. */
export async function readHolder(data: string): Promise<HolderState> {
  const text = await readPidFile(data);
  if (text === undefined) return { kind: "none" };
  const file = parsePostmasterFile(text);
  if (file === undefined) return { kind: "unreadable" };
  const command = await readCommand(file.pid);
  const namedDirExists = file.dataDir !== data && existsSync(file.dataDir);
  return { kind: classifyHolder({ file, dataDir: data, command, namedDirExists }), file };
}

/** True if the directory is held by the server with this pid. */
export async function isHeldBy(data: string, pid: number): Promise<boolean> {
  const state = await readHolder(data);
  return (state.kind === "ours" || state.kind === "moved") && state.file.pid === pid;
}

/**
 * Clears away the pid file of a server that is no more, so that the next one starts although the pid is taken by another
 * program or still listed as a zombie. `launcherPid` is the process that will start the next server.
 */
export async function disownPidFile(data: string, launcherPid: number): Promise<void> {
  const text = await readPidFile(data);
  if (text === undefined) return;
  if (parsePostmasterFile(text) === undefined) {
    await rm(join(data, "postmaster.pid"), { force: true });
    return;
  }
  // The directory belongs to the server's account, so a link placed there must not lead root to write elsewhere.
  const handle = await open(
    join(data, "postmaster.pid"),
    constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW,
  );
  try {
    await handle.writeFile(replaceHolder(text, launcherPid));
  } finally {
    await handle.close();
  }
}

async function readPidFile(data: string): Promise<string | undefined> {
  return readFile(join(data, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  });
}
