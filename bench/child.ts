import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Figures, Load, Subject } from "./subject.ts";

/** What `createProcessSubject` needs to know about a system. */
export interface ProcessSubjectOptions {
  name: string;
  version: string;
  usesPostgres: boolean;
  /** A script that takes a Load as JSON in its first argument and prints Figures as one line of JSON. */
  script: string;
  /** Further arguments of the script. */
  args?: readonly string[];
}

/** A system that runs in a process of its own, started anew for every sample, so that none disturbs another. */
export function createProcessSubject(options: ProcessSubjectOptions): Subject {
  return {
    name: options.name,
    version: options.version,
    usesPostgres: options.usesPostgres,
    runExecutions(load: Load, signal: AbortSignal): Promise<Figures> {
      return runScript<Figures>(options.script, [JSON.stringify(load), ...(options.args ?? [])], signal);
    },
  };
}

/** The version of a package as it is installed for the benchmark. */
export function readPackageVersion(name: string): string {
  // By path: not every package exports its package.json.
  const file = path.join(import.meta.dirname, "node_modules", name, "package.json");
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}

/** Runs a script in a process of its own and reads the last line it prints as JSON. Rejects if it fails. */
export async function runScript<T>(script: string, args: readonly string[], signal: AbortSignal): Promise<T> {
  const output = await captureOutput(script, args, signal);
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as T;
}

async function captureOutput(script: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  // A group of its own: whatever the script started is ended with it, also when it was interrupted.
  const child = spawn(process.execPath, [script, ...args], {
    env: {},
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const endGroup = () => killGroup(child.pid);
  signal.addEventListener("abort", endGroup);
  try {
    await once(child, "close");
  } finally {
    signal.removeEventListener("abort", endGroup);
    endGroup();
  }
  signal.throwIfAborted();
  if (child.exitCode !== 0) {
    throw new Error(`${script} ended with ${child.exitCode ?? child.signalCode}:\n${errors}${output}`);
  }
  return output;
}

/** Ends a process that leads a group, with everything it started. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: the whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
