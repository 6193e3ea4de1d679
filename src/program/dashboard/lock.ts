import { readFile, rm, writeFile } from "node:fs/promises";
import { type Clock, pause } from "../../base/clock.ts";
import { isErrno } from "./errno.ts";

const pollMs = 200;

/**
 * Runs the work while no other process of this machine does it in the same folder. A lock whose process is gone counts
 * for nothing. Throws the signal's reason if that comes first.
 */
export async function withLock<T>(
  file: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  while (!(await take(file))) {
    signal.throwIfAborted();
    await pause(clock, pollMs, signal);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    if (await isHeld(file)) return false;
    await rm(file, { force: true });
    return false;
  }
}

async function isHeld(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  // Just made and not yet written, or just gone: the next look will tell.
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}
