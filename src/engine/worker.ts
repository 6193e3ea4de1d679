import { AsyncLocalStorage } from "node:async_hooks";
import { hostname } from "node:os";
import { pause } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { isConflict, isConnectionLoss } from "../db/index.ts";
import { announceNow, changesBy } from "./announce.ts";
import {
  giveBack,
  giveBackAfterLoss,
  type Held,
  registerWorker,
  releaseStrays,
  removeWorker,
  renew,
  reportProgress,
} from "./claim-store.ts";
import { createClaimer } from "./claimer.ts";
import { openContext, type RunningContext } from "./context.ts";
import type { Core } from "./core.ts";
import { createFinisher, findKind } from "./ending.ts";
import type { Execution, ExecutionResult, Lane } from "./execution.ts";
import { createJournal } from "./journal.ts";
import { lanes } from "./lanes.ts";
import { defaultLease, type LeaseTimings, maxDeaths } from "./lease.ts";
import type { Service } from "./module.ts";
import { repeatWhileLost } from "./persist.ts";
import { repeat } from "./repeat.ts";
import { type ExecutionRow, toExecution } from "./rows.ts";
import { ExecutionStop, type StopCause } from "./stops.ts";
import { type AttemptEnd, traceAttempt } from "./trace.ts";
import { noUsage } from "./usage.ts";

export interface WorkerOptions {
  /** How many executions run side by side in this process. */
  readonly concurrency: number;
  readonly lease?: LeaseTimings;
}

/** Behind the notifications, which may be lost. */
const pollEveryMs = 1_000;
/** How long a drain waits for handlers to notice their abort. */
const drainMs = 5_000;

interface Running {
  readonly execution: Execution;
  readonly abort: AbortController;
  context: RunningContext | undefined;
  readonly done: Promise<void>;
}

const stopMessages: Readonly<Record<"canceled" | "deadline" | "fenced", string>> = {
  canceled: "the execution was cancelled",
  deadline: "the execution ran for longer than its limit allows",
  fenced: "another attempt has the execution",
};

/** What was thrown may quote statements, addresses or secrets, so it stays in the log. */
const internalError = "Something unexpected went wrong inside Errand. Its log tells what, at execution";

/** True if somebody waits for executions of this lane: a contact for a reply, a person for what they started. */
function isAwaited(lane: Lane): boolean {
  return lane === "reply" || lane === "manual";
}

function isCanceled({ reason }: AbortSignal): boolean {
  return reason instanceof ExecutionStop && reason.stop === "canceled";
}

/** Claims executions and runs them. */
export function createWorker(core: Core, options: WorkerOptions): Service {
  return { name: "worker", role: "worker", start: () => startWorker(core, options) };
}

async function startWorker(core: Core, options: WorkerOptions): Promise<() => Promise<void>> {
  const { clock, db, log, signals } = core;
  const journal = createJournal({ db, clock, log });
  const finisher = createFinisher(core);
  const claimer = createClaimer(db, options.concurrency);
  const running = new Map<string, Running>();
  const stopping = new AbortController();
  const lease = options.lease ?? defaultLease;

  let workerId = newId();
  let renewedAt = clock.monotonicMs();
  let claiming: Promise<void> | undefined;

  const leaseIsFresh = () => clock.monotonicMs() - renewedAt < lease.staleAfterMs;

  function stop(held: Running, cause: StopCause, message: string): void {
    held.abort.abort(new ExecutionStop(cause, message));
  }

  function loseLease(): void {
    for (const held of running.values()) stop(held, "lease_lost", "this process could not renew its lease");
  }

  function guard(): void {
    if (leaseIsFresh()) return;
    loseLease();
    throw new ExecutionStop("lease_lost", "this process could not renew its lease");
  }

  function countRunning(): Record<Lane, number> {
    const counts = { reply: 0, manual: 0, scheduled: 0, bulk: 0 };
    for (const { execution } of running.values()) counts[execution.lane] += 1;
    return counts;
  }

  /** What becomes of an execution whose handler threw. */
  function judge(execution: Execution, error: unknown): AttemptEnd {
    if (!(error instanceof ExecutionStop)) {
      if (isConnectionLoss(error) || isConflict(error)) return "lost";
      log.error({ err: error, execution: execution.id, kind: execution.kind }, "an execution failed");
      return {
        status: "failed",
        outcome: "none",
        reason: { code: "internal_error", message: `${internalError} ${execution.id}.` },
      };
    }
    switch (error.stop) {
      case "deadline":
        return {
          status: "failed",
          outcome: "limit_reached",
          reason: { code: "max_time", message: error.message },
        };
      case "journal_mismatch":
        return {
          status: "failed",
          outcome: "none",
          reason: { code: "journal_mismatch", message: error.message },
        };
      case "shutdown":
        return "give back";
      case "canceled":
      case "fenced":
      case "lease_lost":
      case "suspended":
        return "nothing";
    }
  }

  async function runKind(row: ExecutionRow, held: Running): Promise<ExecutionResult> {
    const { execution, abort } = held;
    const kind = findKind(core, execution.kind);
    if (kind === undefined) {
      return {
        status: "failed",
        outcome: "none",
        reason: { code: "unknown_kind", message: `this Errand cannot run "${execution.kind}"` },
      };
    }
    held.context = await openContext({
      core,
      journal,
      execution,
      guard,
      signal: abort.signal,
      checkpointSeq: row.checkpoint_seq,
      maxTimeSeconds: row.max_time_seconds,
      usedMs: row.used_ms,
    });
    return kind.run(held.context);
  }

  async function run(row: ExecutionRow, held: Running): Promise<AttemptEnd> {
    const { execution, abort } = held;
    const ended = await runKind(row, held).catch((error: unknown) => {
      // What a handler throws once it was told to stop is an echo of that.
      return judge(execution, abort.signal.aborted ? abort.signal.reason : error);
    });
    const { workspaceId, id, attempt } = execution;
    const mine = { workspaceId, id, attempt };
    if (ended === "nothing") {
      // The row was ended where it was cancelled, with the totals of up to two seconds before.
      if (isCanceled(abort.signal) && held.context !== undefined)
        await reportProgress(db, [{ ...mine, ...held.context.currentUsage() }]);
      return ended;
    }
    if (ended === "give back") {
      await repeatWhileLost(core, leaseIsFresh, () => giveBack(db, [mine]));
      return ended;
    }
    if (ended === "lost") {
      await repeatWhileLost(core, leaseIsFresh, () => giveBackAfterLoss(db, mine, maxDeaths));
      return ended;
    }
    const usage = held.context?.currentUsage() ?? noUsage;
    try {
      await finisher.end(execution, { workspaceId, id, attempt, result: ended, usage });
    } catch (error) {
      // What the database refuses now it refuses again: without counting, the attempt would be repeated for ever.
      await repeatWhileLost(core, leaseIsFresh, () => giveBackAfterLoss(db, mine, maxDeaths));
      throw error;
    }
    return ended;
  }

  function begin(row: ExecutionRow): void {
    const execution = toExecution(row);
    const abort = new AbortController();
    const attempt = async () => {
      if (core.tracer === undefined) await run(row, held);
      else await traceAttempt(core.tracer, execution, () => run(row, held));
    };
    const held: Running = {
      execution,
      abort,
      context: undefined,
      done: Promise.resolve()
        .then(() => (isAwaited(execution.lane) ? attempt() : db.background(attempt)))
        .catch((error: unknown) =>
          log.error({ err: error, execution: execution.id }, "an execution could not be ended"),
        )
        .finally(() => {
          if (running.get(execution.id) === held) running.delete(execution.id);
          claimSoon();
        }),
    };
    // The same execution can come back while an attempt that was fenced off is still on its way out.
    const former = running.get(execution.id);
    if (former !== undefined) stop(former, "fenced", stopMessages.fenced);
    running.set(execution.id, held);
    announceNow(core, ...changesBy(execution));
  }

  async function claimAll(): Promise<void> {
    try {
      while (!stopping.signal.aborted && leaseIsFresh() && claimer.claimable(countRunning())) {
        for (const row of await claimer.claim(workerId, countRunning())) begin(row);
      }
    } catch (error) {
      log.warn({ err: error }, "claiming failed");
    } finally {
      // In the same turn as the last look at what is claimable: nothing asked for in between is overlooked.
      claiming = undefined;
    }
  }

  /**
   * At most one claim at a time; what is asked for meanwhile is looked at when it returns. Bound to the worker's own
   * asynchronous context: an execution is not part of the request or transaction whose signal woke the worker.
   */
  const claimSoon = AsyncLocalStorage.bind(() => {
    claiming ??= Promise.resolve().then(claimAll);
  });

  function progress(): readonly Held[] {
    return [...running.values()].map(({ execution, context }) => ({
      workspaceId: execution.workspaceId,
      id: execution.id,
      attempt: execution.attempt,
      ...(context?.currentUsage() ?? noUsage),
    }));
  }

  async function renewLease(): Promise<void> {
    // Taken before the statement: the lease counts from the database's moment, which cannot be earlier.
    const asked = clock.monotonicMs();
    const held = progress();
    const { alive, lost } = await renew(db, workerId, held);
    if (!alive) {
      loseLease();
      workerId = newId();
      await enlist();
    }
    renewedAt = asked;
    for (const { id, attempt, why } of lost) {
      const entry = running.get(id);
      if (entry?.execution.attempt === attempt) stop(entry, why, stopMessages[why]);
    }
    const released = await releaseStrays(db, workerId, notDoubted(), lease.staleAfterMs);
    if (released > 0) {
      log.warn(
        { executions: released },
        "executions that this worker owned and did not run went back to the queue",
      );
      signals.notify("executions", "");
    }
    const counted = held.filter((entry) => entry.iterations > 0 || entry.toolCalls > 0);
    if (counted.length > 0) await reportProgress(db, counted);
  }

  /** What runs here, without handlers that were stopped over the lease: those may be taken by anybody, also by us. */
  function notDoubted(): readonly Pick<Held, "id" | "attempt">[] {
    return [...running.values()]
      .filter(
        ({ abort }) =>
          !(abort.signal.reason instanceof ExecutionStop && abort.signal.reason.stop === "lease_lost"),
      )
      .map(({ execution }) => ({ id: execution.id, attempt: execution.attempt }));
  }

  function enlist(): Promise<void> {
    return registerWorker(db, { id: workerId, host: hostname(), pid: process.pid });
  }

  await enlist();
  const ends = [
    // The lease counts from when a renewal was asked for: one that took five of its six seconds leaves no time to rest.
    repeat(core, { everyMs: lease.renewEveryMs, from: "start", what: "renewing the lease" }, renewLease),
    repeat(core, { everyMs: pollEveryMs, what: "polling" }, async () => {
      if (!leaseIsFresh()) loseLease();
      claimer.expect();
      claimSoon();
    }),
    signals.listen("executions", (payload) => {
      // For the promoter only: nothing is due yet.
      if (payload === "delayed") return;
      claimer.expect(lanes.find((lane) => lane === payload));
      claimSoon();
    }),
    signals.listen("cancel", (executionId) => {
      const held = running.get(executionId);
      if (held !== undefined) stop(held, "canceled", stopMessages.canceled);
    }),
  ];
  claimSoon();

  return async () => {
    stopping.abort();
    for (const end of ends) await end();
    await claiming;
    for (const held of running.values()) stop(held, "shutdown", "this process is stopping");
    const drained = new AbortController();
    const all = Promise.all([...running.values()].map(({ done }) => done)).finally(() => drained.abort());
    await Promise.race([all, pause(clock, drainMs, drained.signal)]);
    // Handlers that did not notice lose their executions now; whatever they still write is refused.
    const stuck = [...running.values()].map(({ execution }) => execution);
    if (stuck.length > 0)
      await giveBack(db, stuck).catch((error: unknown) => log.warn({ err: error }, "giving back failed"));
    await removeWorker(db, workerId).catch(() => undefined);
  };
}
