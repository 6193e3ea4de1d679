import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { systemClock as clock, pause } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { createLogger } from "../base/log.ts";
import { createSignals } from "../db/index.ts";
import { createJobs, type JobQueue } from "./job-queue.ts";
import { defineJob, type Job } from "./jobs.ts";

const log = createLogger({ level: "fatal", pretty: false });
let core: TestCore;
let workspaceId: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

afterAll(() => core.close());

type Run = Parameters<Job["handle"]>[1];

/** A job of this test's own, with the payload `{ n }`. */
function jobOf(handle: (n: number, run: Run) => Promise<void>, more: Partial<Job> = {}): Job {
  const payload = z.strictObject({ n: z.number() });
  return defineJob({
    id: `test.${newId()}`,
    version: 1,
    payload,
    handle: ({ n }, run) => handle(n, run),
    ...more,
  } as Job<typeof payload>);
}

interface Process extends JobQueue {
  /** Runs the handlers; the answer stops them. */
  work(): Promise<() => Promise<void>>;
}

/** A process of its own as far as the queue can tell: with its own signals, pool and pg-boss. */
async function startProcess(catalog: readonly Job[], url = core.url): Promise<Process> {
  const signals = createSignals({ url, log, clock, processId: newId() });
  const queue = createJobs({ url, log, clock, signals });
  await signals.start();
  cleanups.push(async () => {
    await queue.stop();
    await signals.stop();
  });
  await queue.start(catalog);
  return {
    ...queue,
    async work() {
      const stop = await queue.service().start();
      let stopped: Promise<void> | undefined;
      const stopOnce = () => {
        stopped ??= stop();
        return stopped;
      };
      cleanups.push(stopOnce);
      return stopOnce;
    },
  };
}

function send(from: JobQueue, job: Job, numbers: readonly number[], delaySeconds = 0): Promise<void> {
  return core.db.tenant(workspaceId, async (tx) => {
    for (const n of numbers) await from.jobs.send(tx, job.id, { n }, { delaySeconds });
  });
}

/** As the owner of pg-boss's schema: neither of the program's two roles may read it. */
async function query<R extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<R>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

function statesOf(job: Job): Promise<{ state: string; retry_count: number }[]> {
  return query(core.url, "select state, retry_count from pgboss.job where name = $1", [job.id]);
}

async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await pause(clock, 5);
  }
}

const untilEmpty = (job: Job) =>
  until("the queue is empty", async () => (await statesOf(job)).length === 0, 15_000);

function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

test("a job sent in a transaction that fails never runs; one that is committed runs once", async () => {
  const ran: unknown[] = [];
  const job = jobOf(async (n, { workspaceId: of, attempt }) => {
    // Woken by a commit in this process, the handler must still be able to open a transaction.
    const seen = await core.db.tenant(of, async (tx) => tx.workspaceId);
    ran.push({ n, of: seen, attempt });
  });
  const process = await startProcess([job]);
  await process.work();
  const failed = core.db.tenant(workspaceId, async (tx) => {
    await process.jobs.send(tx, job.id, { n: 1 });
    throw new Error("rolled back");
  });
  await expect(failed).rejects.toThrow("rolled back");
  await send(process, job, [2]);
  await until("the committed job ran", () => ran.length > 0);
  await untilEmpty(job);
  expect(ran).toEqual([{ n: 2, of: workspaceId, attempt: 1 }]);
});

test("another process is woken: it need not wait for its poll", async () => {
  const waits: number[] = [];
  let sentAt = 0;
  const job = jobOf(async () => {
    waits.push(performance.now() - sentAt);
  });
  const sender = await startProcess([job]);
  await (await startProcess([job])).work();
  for (let n = 1; n <= 9; n += 1) {
    sentAt = performance.now();
    await send(sender, job, [n]);
    await until("the job ran", () => waits.length === n);
  }
  // The poll alone would make half of them wait for 500 ms and more.
  expect(waits.toSorted((a, b) => a - b)[4]).toBeLessThan(150);
});

test("a job that throws runs again", async () => {
  const attempts: number[] = [];
  const job = jobOf(async (_n, { attempt }) => {
    attempts.push(attempt);
    if (attempt === 1) throw new Error("not yet");
  });
  const process = await startProcess([job]);
  await process.work();
  await send(process, job, [1]);
  await until("the second attempt", () => attempts.length === 2);
  await untilEmpty(job);
  expect(attempts).toEqual([1, 2]);
});

test("a job with a limit is given up after it, and leaves no row", async () => {
  const attempts: number[] = [];
  const job = jobOf(
    async (_n, { attempt }) => {
      attempts.push(attempt);
      throw new Error("never");
    },
    { retryLimit: 1 },
  );
  const process = await startProcess([job]);
  await process.work();
  await send(process, job, [1]);
  await until("both attempts", () => attempts.length === 2);
  await untilEmpty(job);
  expect(attempts).toEqual([1, 2]);
});

test("a delayed job waits for its time", async () => {
  let ranAt = 0;
  const job = jobOf(async () => {
    ranAt = performance.now();
  });
  const process = await startProcess([job]);
  await process.work();
  const sentAt = performance.now();
  await send(process, job, [1], 1);
  await until("the job ran", () => ranAt > 0);
  expect(ranAt - sentAt).toBeGreaterThan(990);
});

test("two processes run 1 000 jobs exactly once, at most 10 at a time in each", async () => {
  const runs = new Map<number, number>();
  let busy = 0;
  let busiest = 0;
  const job = jobOf(async (n) => {
    busy += 1;
    busiest = Math.max(busiest, busy);
    await pause(clock, 1);
    runs.set(n, (runs.get(n) ?? 0) + 1);
    busy -= 1;
  });
  const first = await startProcess([job]);
  const second = await startProcess([job]);
  const numbers = Array.from({ length: 1_000 }, (_, n) => n);
  await send(first, job, numbers);
  await first.work();
  await second.work();
  await until("all ran", () => runs.size === 1_000, 15_000);
  await untilEmpty(job);
  expect([...runs.values()].filter((count) => count !== 1)).toEqual([]);
  expect(busiest).toBeGreaterThan(10);
  expect(busiest).toBeLessThanOrEqual(20);
});

test("a job that runs for long stays with its process", async () => {
  const { opened, open } = gate();
  const runs: number[] = [];
  const job = jobOf(async (_n, { attempt }) => {
    runs.push(attempt);
    await opened;
  });
  const first = await startProcess([job]);
  await first.work();
  await send(first, job, [1]);
  await until("the job runs", () => runs.length === 1);
  await (await startProcess([job])).work();
  // Half of the time after which a job without a sign of life is taken over.
  const aged = "update pgboss.job set heartbeat_on = heartbeat_on - interval '5 seconds' where name = $1";
  await query(core.url, aged, [job.id]);
  const fresh = "select 1 from pgboss.job where name = $1 and heartbeat_on > now() - interval '4 seconds'";
  await until("its process renewed it", async () => (await query(core.url, fresh, [job.id])).length === 1);
  open();
  await untilEmpty(job);
  expect(runs).toEqual([1]);
});

test("stopping aborts what does not finish, and another process goes on with it at once", async () => {
  const runs: string[] = [];
  const job = jobOf(
    async (n, { attempt, signal }) => {
      runs.push(`${n}: attempt ${attempt}`);
      if (attempt > 1) return;
      // One hears the signal, the other does not.
      if (n === 1) await new Promise((_, reject) => signal.addEventListener("abort", reject, { once: true }));
      await new Promise(() => undefined);
    },
    // Being stopped is nobody's failure and must not use up the only attempt.
    { retryLimit: 0 },
  );
  const first = await startProcess([job]);
  const stop = await first.work();
  await send(first, job, [1, 2]);
  await until("both run", () => runs.length === 2);
  const second = await startProcess([job]);
  await second.work();
  const startedAt = performance.now();
  await stop();
  expect(performance.now() - startedAt).toBeLessThan(3_500);
  await until("the others ran", () => runs.length === 4, 1_000);
  await untilEmpty(job);
  expect(runs.toSorted()).toEqual(["1: attempt 1", "1: attempt 2", "2: attempt 1", "2: attempt 2"]);
});

test("stopping lets a job finish that is nearly done", async () => {
  let aborted = false;
  let finished = false;
  const running = gate();
  const job = jobOf(async (_n, { signal }) => {
    running.open();
    await pause(clock, 300, signal);
    aborted = signal.aborted;
    finished = true;
  });
  const process = await startProcess([job]);
  const stop = await process.work();
  await send(process, job, [1]);
  await running.opened;
  await stop();
  expect({ aborted, finished, left: await statesOf(job) }).toEqual({
    aborted: false,
    finished: true,
    left: [],
  });
});

test("a killed process's job is taken over by another", { timeout: 40_000 }, async () => {
  const runs: number[] = [];
  const job = jobOf(async (_n, { attempt }) => {
    runs.push(attempt);
  });
  const sender = await startProcess([job]);
  const { child, claimed } = startHangingWorker(job.id);
  await send(sender, job, [1]);
  await claimed;
  expect(await statesOf(job)).toEqual([{ state: "active", retry_count: 0 }]);
  child.kill("SIGKILL");
  await sender.work();
  await until("another process took the job", () => runs.length > 0, 25_000);
  await untilEmpty(job);
  expect(runs).toEqual([2]);
});

/** A real process that claims a job and never ends it. */
function startHangingWorker(jobId: string): { child: ChildProcess; claimed: Promise<unknown> } {
  const path = (file: string) => JSON.stringify(join(import.meta.dirname, file));
  const source = `
    const { createJobs } = await import(${path("job-queue.ts")});
    const { createSignals } = await import(${path("../db/index.ts")});
    const { createLogger } = await import(${path("../base/log.ts")});
    const { systemClock: clock } = await import(${path("../base/clock.ts")});
    const { z } = await import("zod");
    const tools = { url: ${JSON.stringify(core.url)}, clock, log: createLogger({ level: "fatal", pretty: false }) };
    const signals = createSignals({ ...tools, processId: "hanging" });
    await signals.start();
    const queue = createJobs({ ...tools, signals });
    const handle = () => { console.log("claimed"); return new Promise(() => {}); };
    await queue.start([{ id: ${JSON.stringify(jobId)}, version: 1, payload: z.any(), handle }]);
    await queue.service().start();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: import.meta.dirname,
    env: {},
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanups.push(async () => child.kill("SIGKILL"));
  const claimed = new Promise((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("exit", () => reject(new Error("the worker ended before it claimed anything")));
  });
  return { child, claimed };
}

test("a job that ends while PostgreSQL is away is settled when it is back, and not run again", async () => {
  const running = gate();
  const finish = gate();
  const runs: number[] = [];
  const job = jobOf(async (n) => {
    runs.push(n);
    running.open();
    await finish.opened;
  });
  const worker = await startProcess([job]);
  await worker.work();
  await send(worker, job, [1]);
  await running.opened;

  const name = new URL(core.url).pathname.slice(1);
  const admin = new URL(core.url);
  admin.pathname = "/postgres";
  await query(admin.href, `alter database ${name} allow_connections false`);
  try {
    await query(admin.href, "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [
      name,
    ]);
    finish.open();
    // Long enough for polls, the settling and the supervision to fail.
    await pause(clock, 2_500);
  } finally {
    await query(admin.href, `alter database ${name} allow_connections true`);
  }
  await send(worker, job, [2]);
  await until("the next job ran", () => runs.includes(2));
  await untilEmpty(job);
  expect(runs).toEqual([1, 2]);
});

test("an unknown job and an invalid payload are refused", async () => {
  const job = jobOf(async () => undefined);
  const process = await startProcess([job]);
  await core.db.tenant(workspaceId, async (tx) => {
    await expect(process.jobs.send(tx, "nobody.knows", { n: 1 })).rejects.toThrow('no job "nobody.knows"');
    await expect(process.jobs.send(tx, job.id, { n: "one" })).rejects.toThrow(/payload of job .* at n/s);
  });
  expect(await statesOf(job)).toEqual([]);
});

test("a job of a newer version waits for a process that knows it", async () => {
  const ranBy: string[] = [];
  const old = jobOf(async () => {
    ranBy.push("old");
  });
  const newer = jobOf(
    async () => {
      ranBy.push("newer");
    },
    { id: old.id, version: 2 },
  );
  const oldProcess = await startProcess([old]);
  const stopOld = await oldProcess.work();
  const newProcess = await startProcess([newer]);
  await send(newProcess, newer, [1]);
  await until("the old process put it off", async () => (await statesOf(old))[0]?.state === "retry");
  await stopOld();
  await newProcess.work();
  await until("the job ran", () => ranBy.length > 0);
  expect(ranBy).toEqual(["newer"]);
});

test("processes without a worker that start at once on a new database can all send", async () => {
  const other = await createTestCore();
  try {
    const workspace = await other.newWorkspace();
    const job = jobOf(async () => undefined);
    const processes = await Promise.all(Array.from({ length: 4 }, () => startProcess([job], other.url)));
    for (const process of processes) {
      await other.db.tenant(workspace, (tx) => process.jobs.send(tx, job.id, { n: 1 }));
    }
    const rows = await query(other.url, "select 1 from pgboss.job where name = $1", [job.id]);
    expect(rows).toHaveLength(4);
    // The right to send is not the right to read other workspaces' payloads.
    const peek = other.db.tenant(workspace, (tx) => tx.query({ text: "select data from pgboss.job_common" }));
    await expect(peek).rejects.toThrow("permission denied");
  } finally {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await other.close();
  }
});

test("a queue's settings follow the code", async () => {
  const job = jobOf(async () => undefined);
  await startProcess([job]);
  await startProcess([{ ...job, retryLimit: 3 }]);
  const settings = await query(
    core.url,
    `select policy, retry_limit, retry_backoff, retry_delay_max, expire_seconds, retention_seconds, heartbeat_seconds, notify
       from pgboss.queue where name = $1`,
    [job.id],
  );
  expect(settings).toEqual([
    {
      policy: "standard",
      retry_limit: 3,
      retry_backoff: true,
      retry_delay_max: 600,
      expire_seconds: 86_400,
      retention_seconds: 315_360_000,
      heartbeat_seconds: 10,
      notify: false,
    },
  ]);
});
