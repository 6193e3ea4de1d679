import { PgBoss, type QueueOptions } from "pg-boss";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { type Metrics, noMetrics } from "../base/metrics.ts";
import type { Tracer } from "../base/tracing.ts";
import { createPool, type Signals, type TenantTx } from "../db/index.ts";
import { sealEnvelope } from "./job-envelope.ts";
import { startJobRunner } from "./job-runner.ts";
import { giveBackJobs, grantSending, type JobAttempt } from "./job-store.ts";
import type { Job, Jobs } from "./jobs.ts";
import type { Service } from "./module.ts";
import { repeat } from "./repeat.ts";

export interface JobQueueOptions {
  readonly url: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signals: Signals;
  /** Default: none. */
  readonly metrics?: Metrics;
  /** Default: no traces. */
  readonly tracer?: Tracer | undefined;
  /** The queue's own pool. Default 5. */
  readonly connections?: number;
}

export interface JobQueue {
  /** For `Core`: usable once `start` has resolved. */
  readonly jobs: Jobs;
  /**
   * Makes pg-boss's schema, a queue for each job, and the right to send, as far as they are missing. Every process
   * does this, whatever its role, and several may do it at once. The migrations must have been run.
   */
  start(catalog: readonly Job[]): Promise<void>;
  /** Runs the handlers of the jobs given to `start`. */
  service(): Service;
  /** Closes the queue's connections. Its services have to be stopped before. */
  stop(): Promise<void>;
}

/** With pauses of up to ten minutes this takes thousands of years; it leaves room for raising it row by row. */
const endlessRetries = 1_000_000_000;
const longestPauseSeconds = 600;
const tenYearsSeconds = 315_360_000;
const daySeconds = 86_400;
const superviseEverySeconds = 2;
const renewEveryMs = 3_000;
const staleCheckEveryMs = 500;

/**
 * Only the indexes fit these queries, but statistics of a table that is empty one minute and full the next lead the
 * planner away from them: 9 900 jobs/s without these switches, 25 900 with them.
 */
const plannerSettings = {
  enable_bitmapscan: "off",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
};

/** pg-boss's defaults lose work silently: two retries, fifteen minutes to run, fourteen days to wait. */
function queueOptions(job: Job): QueueOptions & { readonly notify: boolean } {
  return {
    retryLimit: job.retryLimit ?? endlessRetries,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: longestPauseSeconds,
    expireInSeconds: daySeconds,
    retentionSeconds: tenYearsSeconds,
    deleteAfterSeconds: daySeconds,
    heartbeatSeconds: 10,
    notify: false,
  };
}

/** The background jobs of one process, kept in PostgreSQL by pg-boss. */
export function createJobs(options: JobQueueOptions): JobQueue {
  const { clock, log, signals } = options;
  const pool = createPool({
    url: options.url,
    log,
    name: "jobs",
    max: options.connections ?? 5,
    settings: plannerSettings,
  });
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schedule: false,
    // The worker service supervises; a process that only sends has nothing to look after.
    supervise: false,
    superviseIntervalSeconds: superviseEverySeconds,
    monitorIntervalSeconds: superviseEverySeconds,
    // A long queue is for the metrics to tell; pg-boss would repeat it with every pass.
    warningQueueSize: Number.MAX_SAFE_INTEGER,
  });
  boss.on("error", (error) => log.warn({ err: error }, "the job queue reports an error"));
  boss.on("warning", (warning) => log.warn({ data: warning.data }, warning.message));
  let catalog: ReadonlyMap<string, Job> | undefined;

  function started(): ReadonlyMap<string, Job> {
    if (catalog === undefined) throw new Error("the job queue was used before it was started");
    return catalog;
  }

  async function ensureQueue(job: Job, existing: object | undefined): Promise<void> {
    const wanted = queueOptions(job);
    if (existing === undefined) await boss.createQueue(job.id, { ...wanted, policy: "standard" });
    else if (differs(wanted, existing)) await boss.updateQueue(job.id, wanted);
  }

  async function send(
    tx: TenantTx,
    jobId: string,
    payload: unknown,
    settings?: { readonly delaySeconds?: number },
  ): Promise<void> {
    const job = started().get(jobId);
    if (job === undefined) throw new Error(`there is no job "${jobId}"`);
    const delaySeconds = settings?.delaySeconds ?? 0;
    const id = await boss.send(jobId, sealEnvelope(job, tx.workspaceId, payload), {
      startAfter: delaySeconds,
      db: {
        executeSql: (text, values = []) => tx.query({ name: `send ${jobId}`, text, values }),
      },
    });
    // pg-boss inserts by joining its queue's row and answers null, without an error, if that is gone.
    if (id === null) throw new Error(`job "${jobId}" was not queued: its queue is missing`);
    if (delaySeconds <= 0) tx.afterCommit(() => signals.notify("jobs", jobId));
  }

  async function startService(): Promise<() => Promise<void>> {
    const tools = {
      boss,
      clock,
      log,
      metrics: options.metrics ?? noMetrics,
      tracer: options.tracer,
      async giveBack(jobId: string, attempts: readonly JobAttempt[]) {
        await giveBackJobs(pool, jobId, attempts);
        signals.notify("jobs", jobId);
      },
    };
    const runners = new Map([...started()].map(([id, job]) => [id, startJobRunner(tools, job)]));
    const all = [...runners.values()];
    const unlisten = signals.listen("jobs", (jobId) => {
      if (jobId === "") for (const runner of all) runner.wake();
      else runners.get(jobId)?.wake();
    });
    const ends = [
      repeat(tools, { everyMs: renewEveryMs, from: "start", what: "renewing jobs" }, async () => {
        await Promise.all(all.map((runner) => runner.renew()));
      }),
      repeat(tools, { everyMs: staleCheckEveryMs, what: "looking for stale jobs" }, async () => {
        for (const runner of all) runner.abandonStale();
      }),
      repeat(tools, { everyMs: superviseEverySeconds * 1_000, what: "recovering jobs" }, () =>
        boss.supervise(),
      ),
    ];
    return async () => {
      unlisten();
      // The renewing goes on until the last handler has ended.
      await Promise.all(all.map((runner) => runner.stop()));
      await Promise.all(ends.map((end) => end()));
    };
  }

  return {
    jobs: { send },
    async start(jobs) {
      await boss.start();
      const queues = await boss.getQueues();
      for (const job of jobs) {
        await ensureQueue(
          job,
          queues.find(({ name }) => name === job.id),
        );
      }
      await grantSending(pool);
      catalog = new Map(jobs.map((job) => [job.id, job]));
    },
    service: () => ({ name: "jobs", role: "worker", start: startService }),
    async stop() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

function differs(wanted: object, existing: object): boolean {
  const found = new Map<string, unknown>(Object.entries(existing));
  return Object.entries(wanted).some(([key, value]) => found.get(key) !== value);
}
