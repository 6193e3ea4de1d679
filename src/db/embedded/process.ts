import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Account } from "./rules.ts";

interface RunResult {
  /** Null if the program could not be started or was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, under `account` if given, with an empty environment: what the database looks like must
 * not depend on who starts it (`LANG`, `PGDATA`, …). Never rejects; a program that cannot be started has code null and the
 * reason in `stderr`.
 */
export function run(program: string, args: readonly string[], account?: Account): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      // The current directory may be one that the account cannot enter.
      cwd: "/",
      env: {},
      // Ctrl-C in our terminal must not end it half way, which would look like a failure of its own.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.on("error", (error) => resolve({ code: null, stdout, stderr: error.message }));
    child.on("close", (code, signal) => {
      resolve({ code, stdout, stderr: signal === null ? stderr : `${stderr} ended by ${signal}`.trim() });
    });
  });
}

/**
 * The arguments of a living process. Undefined if there is none, or if it has ended and nobody has fetched its exit
 * status: in a container whose first process does not do that, a dead server stays listed for ever.
 */
export async function readCommand(pid: number): Promise<readonly string[] | undefined> {
  if (!exists(pid)) return undefined;
  if (process.platform === "linux") {
    // `cmdline` and not `exe` or `cwd`: root in a container may not look at those of another account's process.
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text === "" ? undefined : text.split("\0");
  }
  const { code, stdout } = await run("/bin/ps", ["-ww", "-o", "stat=,command=", "-p", String(pid)]);
  const [state = "", ...command] = stdout.trim().split(/\s+/);
  return code !== 0 || state.startsWith("Z") ? undefined : command;
}

/** True while the process runs; false also for one that has ended without being reaped. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await readCommand(pid)) !== undefined;
}

/** Sends a signal; a process that has ended meanwhile is fine. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, "ESRCH")) throw error;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, "EPERM");
  }
}

/** True for an error of the operating system with this code, such as `ENOENT`. */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
