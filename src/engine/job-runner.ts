import type { JobWithMetadata, PgBoss } from "pg-boss";
import { z } from "zod";
import { type Clock, pause } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Tracer } from "../base/tracing.ts";
import { openEnvelope } from "./job-envelope.ts";
import type { JobAttempt } from "./job-store.ts";
import type { Job } from "./jobs.ts";
import { jobDuration } from "./metrics.ts";
import { traceJob } from "./trace.ts";

export interface JobRunnerTools {
  readonly boss: PgBoss;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer | undefined;
  /** Puts claimed jobs back so that they are due at once. */
  giveBack(jobId: string, attempts: readonly JobAttempt[]): Promise<void>;
}

/** Claims and runs the jobs of one id in this process. */
export interface JobRunner {
  /** Looks for jobs at once. */
  wake(): void;
  /** Tells the database that the running jobs are alive, and aborts those that somebody else has taken. */
  renew(): Promise<void>;
  /** Aborts the jobs that another process may be running because this one could not renew them. */
  abandonStale(): void;
  /** Claims nothing more, lets the running ones finish, aborts the rest and gives them back. Within 3 s. */
  stop(): Promise<void>;
}

const concurrency = 10;
/** Behind the signals, which may be lost, and for jobs whose time comes. */
const pollEveryMs = 1_000;
/** Others take a job over 10 s after its last renewal. */
const staleAfterMs = 9_000;
/** Most handlers are done in less; an aborted delivery may have arrived and would be made twice. */
const finishMs = 2_000;
const abortMs = 1_000;
/** How long an ended job is kept for a database that is away. */
const settleForMs = 10 * 60_000;
const longestPauseMs = 1_000;

interface Held {
  readonly row: JobWithMetadata<unknown>;
  readonly abort: AbortController;
  renewedAt: number;
  readonly done: Promise<void>;
}

/** `touch` answers the ids it found; its declared type leaves them out (pg-boss 12.35). */
const touchAnswer = z.object({ settled: z.array(z.string()) });

export function startJobRunner(tools: JobRunnerTools, job: Job): JobRunner {
  const { boss, clock, log, metrics, tracer } = tools;
  const held = new Map<string, Held>();
  const stopping = new AbortController();
  const stopped = new AbortController();
  let ring: () => void = () => undefined;
  let rung = false;
  /** True if the last claim took all it could, so that an ended job makes room for one that waits. */
  let expectMore = true;
  let failing = false;

  function wake(): void {
    rung = true;
    ring();
  }

  /** Waits for `wake`, at most one poll. A wake that came while nobody waited counts. */
  async function rest(): Promise<void> {
    if (!rung) {
      const woken = new AbortController();
      ring = () => woken.abort();
      await pause(clock, pollEveryMs, woken.signal);
    }
    rung = false;
  }

  async function claim(): Promise<void> {
    const free = concurrency - held.size;
    expectMore = free <= 0;
    if (expectMore) return;
    const asked = clock.monotonicMs();
    const rows = await boss.fetch<unknown>(job.id, { batchSize: free, includeMetadata: true });
    expectMore = rows.length >= free;
    if (stopping.signal.aborted) await giveBack(rows);
    else for (const row of rows) begin(row, asked);
  }

  /**
   * One loop, woken from outside, rather than work done by whoever wakes it: a wake often comes from inside another
   * module's transaction, and handlers that ran in its asynchronous context could not open transactions of their own.
   */
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await claim();
        failing = false;
      } catch (error) {
        log[failing ? "debug" : "warn"]({ err: error, job: job.id }, "claiming jobs failed");
        failing = true;
      }
      if (!stopping.signal.aborted) await rest();
    }
  }

  function begin(row: JobWithMetadata<unknown>, claimedAt: number): void {
    const entry: Held = {
      row,
      abort: new AbortController(),
      renewedAt: claimedAt,
      done: Promise.resolve()
        .then(() => run(entry))
        .catch((error: unknown) =>
          log.warn({ err: error, job: job.id, row: row.id }, "a job could not be settled and will run again"),
        )
        .finally(() => {
          if (held.get(row.id) === entry) held.delete(row.id);
          if (expectMore) wake();
        }),
    };
    // The same job can come back while an attempt that lost it is still on its way out.
    held.get(row.id)?.abort.abort(new Error("another attempt has the job"));
    held.set(row.id, entry);
  }

  async function handle({ row, abort }: Held, attempt: number): Promise<void> {
    const { workspaceId, payload } = openEnvelope(job, row.data);
    const run = { workspaceId, signal: abort.signal, attempt };
    if (tracer === undefined) await job.handle(payload, run);
    else await traceJob(tracer, job, run, () => job.handle(payload, run));
  }

  async function run(entry: Held): Promise<void> {
    const { row, abort } = entry;
    const attempt = row.retryCount + 1;
    const startedAt = clock.monotonicMs();
    const measure = (result: string) =>
      metrics.observe(jobDuration, { job: job.id, result }, (clock.monotonicMs() - startedAt) / 1_000);
    try {
      await handle(entry, attempt);
      measure("done");
    } catch (error) {
      if (stopping.signal.aborted && abort.signal.aborted) {
        measure("given_back");
        return await settle(() => giveBack([row]));
      }
      const exhausted = row.retryCount >= row.retryLimit;
      measure(exhausted ? "gave_up" : "failed");
      log[exhausted ? "error" : "warn"](
        { err: error, job: job.id, row: row.id, attempt },
        exhausted ? "a job failed for the last time" : "a job failed and will run again",
      );
      if (!exhausted) return await settle(() => boss.fail(job.id, row));
    }
    // Deleted, not completed: each monitoring pass reads the whole table, so it holds live jobs only.
    await settle(() => boss.deleteJob(job.id, row));
  }

  /**
   * Repeats a write while the database is away, whatever it answers meanwhile: giving up makes the whole job run again.
   * All three ways to settle name the attempt, so one that comes twice or too late does nothing.
   */
  async function settle(write: () => Promise<unknown>): Promise<void> {
    const startedAt = clock.monotonicMs();
    for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        await write();
        return;
      } catch (error) {
        if (stopped.signal.aborted || clock.monotonicMs() - startedAt > settleForMs) throw error;
        log.debug({ err: error, job: job.id }, "settling a job is repeated");
        await pause(clock, pauseMs, stopped.signal);
      }
    }
  }

  async function giveBack(rows: readonly JobAttempt[]): Promise<void> {
    if (rows.length > 0) await tools.giveBack(job.id, rows);
  }

  async function renew(): Promise<void> {
    const entries = [...held.values()];
    if (entries.length === 0) return;
    const asked = clock.monotonicMs();
    const rows = entries.map(({ row }) => row);
    const answer = touchAnswer.parse(await boss.touch(job.id, rows));
    const renewed = new Set(answer.settled);
    for (const entry of entries) {
      if (renewed.has(entry.row.id)) entry.renewedAt = asked;
      else entry.abort.abort(new Error("the job was taken from this process"));
    }
  }

  function abandonStale(): void {
    const now = clock.monotonicMs();
    for (const { abort, renewedAt } of held.values()) {
      if (now - renewedAt >= staleAfterMs) abort.abort(new Error("this process could not renew the job"));
    }
  }

  const looping = loop();

  async function drain(ms: number): Promise<void> {
    const drained = new AbortController();
    const all = looping.then(() => Promise.all([...held.values()].map(({ done }) => done)));
    await Promise.race([all.finally(() => drained.abort()), pause(clock, ms, drained.signal)]);
  }

  return {
    wake,
    renew,
    abandonStale,
    async stop() {
      stopping.abort();
      wake();
      await drain(finishMs);
      for (const { abort } of held.values()) abort.abort(new Error("this process is stopping"));
      await drain(abortMs);
      stopped.abort();
      // If this fails they are taken over when their sign of life is ten seconds old.
      await giveBack([...held.values()].map(({ row }) => row)).catch((error: unknown) =>
        log.warn({ err: error, job: job.id }, "giving jobs back failed"),
      );
    },
  };
}
