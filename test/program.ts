import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findData } from "../src/db/embedded/location.ts";
import { createClient, type ProgramClient } from "./program-client.ts";
import { until } from "./until.ts";

export const root = join(import.meta.dirname, "..");

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Finished extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly dataDir: string;
  /** All of the environment beside the path and what the options name. */
  readonly env?: Readonly<Record<string, string>>;
  /** False: not even a path. */
  readonly path?: boolean;
  /** In place of `node src/main.ts`, for instance `["npm", "start"]`. */
  readonly command?: readonly string[];
}

/** A program that was started; it may not serve yet. */
export interface Launched {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Everything it has written so far. */
  output(): string;
  /** The log's lines so far that are warnings or worse. */
  complaints(): readonly LogLine[];
  /** Sends a signal to the whole process group, as a terminal does, and answers the exit. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  /** kill -9 of the process alone. */
  kill(): Promise<Exit>;
}

/** A started program that serves. */
export interface Program extends Launched {
  readonly url: string;
  /** The key that this start printed. */
  readonly apiKey: string | undefined;
  /** The link that this start printed. */
  readonly ownerLink: string | undefined;
  client(apiKey?: string): ProgramClient;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** Starts programs in directories of their own. Close it in `afterAll`: whatever still runs is killed. */
export interface Programs {
  /** A directory that does not exist yet, by default below the system's temporary one. */
  newDataDir(parent?: string): Promise<string>;
  launch(options: RunOptions): Launched;
  /** Answers when it serves; fails with what it wrote if it ends before. */
  start(options: RunOptions): Promise<Program>;
  /** Runs a command of the command line to its end. */
  run(args: readonly string[], options: RunOptions): Promise<Finished>;
  close(): Promise<void>;
}

/** A program is started some hundred times in a run; compiled once, each start takes half the processor time. */
const compileCache = join(tmpdir(), "errand-test-compile-cache");
const startTimeoutMs = 60_000;
const runTimeoutMs = 30_000;

interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly written: { stdout: string; stderr: string };
}

export function createPrograms(): Programs {
  const children: Child[] = [];
  const directories: string[] = [];

  function spawnChild(args: readonly string[], options: RunOptions): Child {
    const [file = "", ...rest] = [
      ...(options.command ?? [process.execPath, join(root, "src/main.ts")]),
      ...args,
    ];
    const child = spawn(file, rest, {
      cwd: root,
      env: {
        ...(options.path === false ? {} : { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: compileCache }),
        ERRAND_PORT: "0",
        ERRAND_DATA_DIR: options.dataDir,
        ...options.env,
      },
      // A process group of its own, so that a signal to the group is not one to the tests.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const written = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        written[name] += text;
      });
    }
    const exited = new Promise<Exit>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
    // Somebody looks at it later, or the process is killed by `close`.
    exited.catch(() => undefined);
    if (child.pid === undefined) throw new Error(`${file} cannot be started`);
    const started = { process: child, pid: child.pid, exited, written };
    children.push(started);
    return started;
  }

  function spawnStart(options: RunOptions): Child {
    return spawnChild(options.command === undefined ? ["start"] : [], options);
  }

  async function start(options: RunOptions): Promise<Program> {
    const child = spawnStart(options);
    const { written } = child;
    const url = await until(
      "the program to serve",
      async () => {
        if (hasExited(child.process)) throw new Error(`it ended:\n${written.stdout}${written.stderr}`);
        const printed = /^Errand \S+ serves [a-z, ]+ on (\S+)$/m.exec(written.stdout)?.[1];
        // Once it answers, all it prints at its start has been printed.
        return printed !== undefined && (await isHealthy(printed)) && printed;
      },
      startTimeoutMs,
    );
    const apiKey = /^ {2}API key {4}(\S+)/m.exec(written.stdout)?.[1];
    return {
      ...describeChild(child),
      url,
      apiKey,
      ownerLink: /^ {2}owner {6}(\S+)/m.exec(written.stdout)?.[1],
      client: (key = apiKey) => createClient(url, key),
    };
  }

  return {
    async newDataDir(parent = tmpdir()) {
      const directory = await mkdtemp(join(parent, "errand-program-"));
      directories.push(directory);
      // The account that PostgreSQL runs under, when we are root, has to pass.
      await chmod(directory, 0o755);
      return join(directory, "data");
    },
    launch: (options) => describeChild(spawnStart(options)),
    start,
    async run(args, options) {
      const child = spawnChild(args, options);
      const timer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), runTimeoutMs);
      const exit = await child.exited;
      clearTimeout(timer);
      return { ...exit, ...child.written };
    },
    async close() {
      for (const child of children) {
        if (!hasExited(child.process)) signalGroup(child.pid, "SIGKILL");
        await child.exited.catch(() => undefined);
      }
      for (const directory of directories) {
        const dataDir = join(directory, "data");
        await killPostgres(dataDir);
        await removeOutside(dataDir);
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

function describeChild({ pid, exited, written }: Child): Launched {
  return {
    pid,
    exited,
    output: () => written.stdout + written.stderr,
    complaints: () => readLog(written.stdout).filter(({ level }) => level >= 40),
    stop(signal = "SIGTERM") {
      process.kill(-pid, signal);
      return exited;
    },
    kill() {
      process.kill(pid, "SIGKILL");
      return exited;
    },
  };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

async function isHealthy(url: string): Promise<boolean> {
  return await fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

function readLog(stdout: string): LogLine[] {
  return stdout.split("\n").flatMap((line) => {
    if (!line.startsWith('{"level"')) return [];
    const { level, msg } = JSON.parse(line) as LogLine;
    return [{ level, msg }];
  });
}

/** Removes a database that lies outside its data directory, because the server's account cannot enter that. */
async function removeOutside(dataDir: string): Promise<void> {
  const base = join(await findData(dataDir), "..", "..");
  if (base !== dataDir) await rm(base, { recursive: true, force: true });
}

/** The pid of the PostgreSQL of a data directory; undefined if none runs. */
export async function postgresPid(dataDir: string): Promise<number | undefined> {
  if (!existsSync(dataDir)) return undefined;
  const file = join(await findData(dataDir), "postmaster.pid");
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  return Number.isNaN(pid) || !isAlive(pid) ? undefined : pid;
}

/**
 * True while the process runs. One that has ended and whose parent has not asked for its exit status yet still takes
 * signals; whoever adopted it (the first process of a container) may take its time, so that is no life.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  try {
    // Empty for a process that has ended; the same question that the program asks before it says "stopped".
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

async function killPostgres(dataDir: string): Promise<void> {
  const pid = await postgresPid(dataDir);
  if (pid === undefined) return;
  process.kill(pid, "SIGQUIT");
  await until("PostgreSQL to end", () => !isAlive(pid));
}
