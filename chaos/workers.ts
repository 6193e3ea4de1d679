import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { until } from "../test/until.ts";
import type { Command, Point, Report, WorkerSettings } from "./worker-process.ts";

/** A worker in a process of its own, which can be killed, stopped and woken. */
export interface WorkerProcess {
  readonly pid: number;
  readonly reports: readonly Report[];
  /** Resolves when the execution has reached the race point. */
  reached(point: Partial<Point>): Promise<Point>;
  /** Lets the execution go on from the race point. */
  go(point: Point): void;
  /** How the attempt left its kind: null for a result, else the error's message. */
  left(executionId: string, attempt: number): Promise<string | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  freeze(): void;
  wake(): void;
  /** In good order. */
  stop(): Promise<void>;
}

/** Starts worker processes; `killAll` in `afterEach` leaves none behind. */
export function createWorkerProcesses(common: Omit<WorkerSettings, "concurrency" | "logLevel">) {
  const children = new Set<ChildProcess>();
  return {
    start: (changes: Partial<WorkerSettings> = {}) =>
      startProcess({ concurrency: 8, logLevel: "silent", ...common, ...changes }, children),
    async killAll() {
      const ended = [...children].map(untilExit);
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(ended);
      children.clear();
    },
  };
}

function untilExit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

async function startProcess(settings: WorkerSettings, children: Set<ChildProcess>): Promise<WorkerProcess> {
  const child = fork(join(import.meta.dirname, "worker-process.ts"), [JSON.stringify(settings)], {
    execArgv: [],
  });
  children.add(child);
  const reports: Report[] = [];
  child.on("message", (message: Report) => reports.push(message));
  const send = (command: Command) => child.send(command);
  const signal = (name: NodeJS.Signals) => {
    if (!child.kill(name)) throw new Error(`the worker process is gone already: no ${name}`);
  };
  await until("the worker process to be ready", () => {
    if (child.exitCode !== null) throw new Error(`the worker process ended with ${child.exitCode}`);
    return reports.some(({ type }) => type === "ready");
  });
  return {
    pid: child.pid ?? 0,
    reports,
    reached: (point) =>
      until(
        `the race point ${JSON.stringify(point)}`,
        () =>
          reports.find(
            (report) =>
              report.type === "reached" &&
              (Object.keys(point) as (keyof Point)[]).every((key) => report[key] === point[key]),
          ) as (Report & { type: "reached" }) | undefined,
        30_000,
      ),
    go: ({ executionId, attempt, name }) => send({ type: "go", executionId, attempt, name }),
    async left(executionId, attempt) {
      const report = await until(
        `attempt ${attempt} to leave`,
        () =>
          reports.find(
            (one): one is Report & { type: "left" } =>
              one.type === "left" && one.executionId === executionId && one.attempt === attempt,
          ),
        30_000,
      );
      return report.error;
    },
    async kill() {
      const ended = untilExit(child);
      signal("SIGKILL");
      await ended;
    },
    freeze: () => signal("SIGSTOP"),
    wake: () => signal("SIGCONT"),
    async stop() {
      send({ type: "stop" });
      await untilExit(child);
    },
  };
}
