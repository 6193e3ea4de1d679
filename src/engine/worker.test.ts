import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  addKinds,
  connectionBroke,
  defaultLease,
  enqueue,
  readExecution,
  readSteps,
  shortLease,
  startServices,
  untilStatus,
  withAutocommit,
} from "../../test/engine.ts";
import { until } from "../../test/until.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { createDatabase, createSignals } from "../db/index.ts";
import type { Core } from "./core.ts";
import { cancelExecutions } from "./ending.ts";
import type { ExecutionContext, ExecutionKind, ExecutionResult } from "./execution.ts";
import { createMaintenance } from "./maintenance.ts";
import { createWorker } from "./worker.ts";

let core: TestCore;
let workspaceId: string;
const stops: (() => Promise<void>)[] = [];

/** The attempts that were begun, in order, and their contexts. */
const begun: ExecutionContext[] = [];
const done: ExecutionResult = { status: "completed", outcome: "none" };
const reason = { code: "canceled_by_member", message: "Cancelled." };

/** Ends when its signal aborts. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}

/** Ends of attempts that ignore their signal, by execution. */
const stubborn = new Map<string, () => void>();

const kinds: readonly ExecutionKind[] = [
  {
    name: "work",
    async run(ctx) {
      begun.push(ctx);
      await ctx.step("model", "think", async () => ({ output: 1, inputTokens: 10, costUsd: "0.002" }));
      await ctx.effect("tool", { input: 1, idempotent: false }, async () => 2);
      return { status: "completed", outcome: "goal_met", summary: "did it" };
    },
  },
  {
    name: "hang",
    async run(ctx) {
      begun.push(ctx);
      await ctx.step("model", "think", (signal) => untilAborted(signal));
      return done;
    },
  },
  {
    name: "ignore",
    async run(ctx) {
      begun.push(ctx);
      await ctx.step("model", "think", async () => {
        await new Promise<void>((resolve) =>
          stubborn.set(`${ctx.execution.id}:${ctx.execution.attempt}`, resolve),
        );
        return { output: 1 };
      });
      return done;
    },
  },
  {
    name: "throw",
    async run(ctx) {
      throw new Error(String(ctx.execution.input));
    },
  },
  {
    name: "summarise",
    async run(ctx) {
      return { ...done, summary: String(ctx.execution.input) };
    },
  },
  {
    name: "sleep",
    async run(ctx) {
      begun.push(ctx);
      await ctx.note("before", 1);
      await ctx.wait("a second", 1);
      await ctx.note("after", 1);
      return done;
    },
  },
  {
    name: "resume",
    async run(ctx) {
      begun.push(ctx);
      await ctx.note("first", 1);
      // Only the first attempt hangs.
      await ctx.step("note", "second", async (signal) =>
        ctx.execution.attempt === 1 ? untilAborted(signal) : { output: 2 },
      );
      return done;
    },
  },
  {
    name: "change",
    async run(ctx) {
      await ctx.transact("note", "rename", async (tx) => {
        await tx.query({ text: "select 1" });
        return { output: 1 };
      });
      return done;
    },
  },
];

beforeAll(async () => {
  core = await createTestCore();
  addKinds(core, ...kinds);
  workspaceId = await core.newWorkspace();
});
afterEach(async () => {
  for (const release of stubborn.values()) release();
  stubborn.clear();
  for (const stop of stops.splice(0).reverse()) await stop();
  begun.length = 0;
  await core.db.autocommit.query({ text: "delete from executions" });
});
afterAll(() => core.close());

async function startWorker(
  on: Core = core,
  concurrency = 8,
  lease = defaultLease,
): Promise<() => Promise<void>> {
  const stop = await startServices(createWorker(on, { concurrency, lease }));
  stops.push(stop);
  return stop;
}

/** A worker whose claim at its start is over: it sleeps until something is announced. */
async function startIdleWorker(): Promise<void> {
  await startWorker();
  await untilStatus(core, workspaceId, await enqueue(core, workspaceId, { kind: "work" }), "completed");
}

async function startMaintenance(on: Core = core, lease = defaultLease): Promise<void> {
  stops.push(await startServices(createMaintenance(on, "worker", lease)));
}

function untilBegun(count: number): Promise<true> {
  return until(`${count} attempts to begin`, () => begun.length >= count);
}

/** A second process's core on the same database, which hears nothing of the first one's signals unless started. */
async function otherCore(changes: Partial<Core> = {}): Promise<Core> {
  const { url, log, clock } = core;
  const signals = createSignals({ url, log, clock, processId: newId() });
  const db = createDatabase({ url, log, clock, signals });
  stops.push(async () => {
    await signals.stop();
    await db.close();
  });
  return { ...core, db, signals, ...changes };
}

/** Time that can be moved on at will. */
function jumpyClock(): { readonly clock: Clock; jump(ms: number): void } {
  let offset = 0;
  return {
    clock: { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + offset },
    jump: (ms) => {
      offset += ms;
    },
  };
}

/** The database, whose single statements fail as long as it is cut off. */
function cuttable() {
  let away = false;
  return {
    db: withAutocommit(core.db, async (statement) => {
      if (away) throw connectionBroke();
      return core.db.autocommit.query(statement);
    }),
    cut: () => {
      away = true;
    },
    mend: () => {
      away = false;
    },
  };
}

/** No timer of a second, so no poll: what is not announced is not found. */
const withoutPoll: Clock = {
  ...systemClock,
  after: (ms, callback) => (ms === 1_000 ? () => undefined : systemClock.after(ms, callback)),
};

describe("an execution's way through a worker", () => {
  test("it is claimed, runs, and ends with its result and totals", async () => {
    await startWorker();
    const id = await enqueue(core, workspaceId, { kind: "work" });
    const execution = await untilStatus(core, workspaceId, id, "completed");
    expect(execution).toMatchObject({
      outcome: "goal_met",
      summary: "did it",
      attempt: 1,
      iterations: 1,
      toolCalls: 1,
      inputTokens: 10,
      costUsd: "0.002000",
      deadlineAt: null,
    });
    expect(execution.completedAt?.getTime()).toBeGreaterThanOrEqual(
      execution.startedAt?.getTime() ?? Infinity,
    );
    expect((await readSteps(core, workspaceId, id)).map(({ kind }) => kind)).toEqual([
      "model",
      "tool_intent",
      "tool_result",
    ]);
  });

  test("its transactions are its own, although a transaction's signal woke the worker", async () => {
    await startIdleWorker();
    const id = await enqueue(core, workspaceId, { kind: "change" });
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ reasonMessage: null });
  });

  test("an error of its kind ends it as failed; its text is for the log alone", async () => {
    const logged: unknown[] = [];
    const log = pino({ level: "error" }, { write: (line: string) => void logged.push(JSON.parse(line)) });
    await startWorker({ ...core, log });
    const id = await enqueue(core, workspaceId, { kind: "throw", input: "no luck" });
    expect(await untilStatus(core, workspaceId, id, "failed")).toMatchObject({
      reasonCode: "internal_error",
      reasonMessage: `Something unexpected went wrong inside Errand. Its log tells what, at execution ${id}.`,
    });
    expect(logged).toMatchObject([{ execution: id, err: { message: "no luck" } }]);
  });

  test("a kind that this program does not know ends it as failed", async () => {
    await startWorker();
    const id = await enqueue(core, workspaceId, { kind: "of tomorrow" });
    expect(await untilStatus(core, workspaceId, id, "failed")).toMatchObject({ reasonCode: "unknown_kind" });
  });

  test("a summary with NUL ends like the 49 beside it", async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        enqueue(core, workspaceId, { kind: "summarise", input: `summary ${at}` }),
      ),
    );
    // Straight into the kind: what is queued is cleaned on its way in.
    addKinds(core, { name: "nul", run: async () => ({ ...done, summary: "a\u0000b\ud83d" }) });
    const bad = await enqueue(core, workspaceId, { kind: "nul" });
    await startWorker(core, 64);
    for (const id of ids) await untilStatus(core, workspaceId, id, "completed");
    expect(await untilStatus(core, workspaceId, bad, "completed")).toMatchObject({ summary: "ab\ufffd" });
  });
});

describe("lanes", () => {
  test("a reply starts while scheduled work holds every slot that it may have", async () => {
    const hanging = 10;
    for (let made = 0; made < hanging; made += 1)
      await enqueue(core, workspaceId, { kind: "hang", lane: "scheduled", trigger: "schedule" });
    await startWorker(core, 8);
    await untilBegun(5);
    const reply = await enqueue(core, workspaceId, { kind: "work", lane: "reply" });
    await untilStatus(core, workspaceId, reply, "completed");
    expect(begun.filter((ctx) => ctx.execution.lane === "scheduled")).toHaveLength(5);
  });

  test("a worker with one slot runs every lane", async () => {
    await startWorker(core, 1);
    for (const lane of ["bulk", "scheduled", "manual", "reply"] as const) {
      const id = await enqueue(core, workspaceId, { kind: "work", lane });
      await untilStatus(core, workspaceId, id, "completed");
    }
  });
});

describe("wake-up", () => {
  test("what is queued while a claim is under way is claimed right after it", async () => {
    const queuedMeanwhile = Promise.withResolvers<string>();
    let once = true;
    const db = withAutocommit(core.db, async (statement) => {
      const result = await core.db.autocommit.query(statement);
      if (once && statement.name === "claim_executions" && statement.values?.[0] === "manual") {
        once = false;
        // The claim has found nothing; its answer is on the way.
        queuedMeanwhile.resolve(await enqueue(core, workspaceId, { kind: "work" }));
      }
      return result as never;
    });
    await startWorker({ ...core, db, clock: withoutPoll });
    await untilStatus(core, workspaceId, await queuedMeanwhile.promise, "completed", 5_000);
  });

  test("a notification from another process is enough", async () => {
    const other = await otherCore();
    await other.signals.start();
    await startWorker({ ...core, clock: withoutPoll });
    const id = await enqueue(other, workspaceId, { kind: "work" });
    await untilStatus(core, workspaceId, id, "completed", 5_000);
  });

  test("without any notification the poll finds it", async () => {
    const silent = await otherCore();
    await startIdleWorker();
    const id = await enqueue(silent, workspaceId, { kind: "work" });
    await untilStatus(core, workspaceId, id, "completed", 5_000);
  });
});

describe("cancel", () => {
  test("reaches a hanging step at once by its signal, and the slot is free", async () => {
    await startWorker(core, 1);
    const id = await enqueue(core, workspaceId, { kind: "hang" });
    await untilBegun(1);
    const next = await enqueue(core, workspaceId, { kind: "work" });
    await core.db.tenant(workspaceId, (tx) => cancelExecutions(core, tx, { ids: [id] }, reason));
    await untilStatus(core, workspaceId, next, "completed", 1_500);
    expect(begun[0]?.signal.reason).toMatchObject({ stop: "canceled" });
    expect(await readExecution(core, workspaceId, id)).toMatchObject({
      status: "canceled",
      outcome: "none",
      reasonCode: reason.code,
    });
  });

  test("reaches it by the lease within 2 s when the signal is lost", async () => {
    const silent = await otherCore();
    await startWorker();
    const id = await enqueue(core, workspaceId, { kind: "hang" });
    await untilBegun(1);
    await silent.db.tenant(workspaceId, (tx) => cancelExecutions(silent, tx, { ids: [id] }, reason));
    // 2 s between renewals, and the renewal's own way there and back.
    await until("the abort", () => begun[0]?.signal.aborted === true, 2_500);
    expect(begun[0]?.signal.reason).toMatchObject({ stop: "canceled" });
  });

  test("what is queued never starts, and what has ended stays as it is", async () => {
    const queued = await enqueue(core, workspaceId, { kind: "work" });
    await core.db.tenant(workspaceId, (tx) => cancelExecutions(core, tx, { ids: [queued] }, reason));
    await startWorker();
    const other = await enqueue(core, workspaceId, { kind: "work" });
    await untilStatus(core, workspaceId, other, "completed");
    const again = await core.db.tenant(workspaceId, (tx) =>
      cancelExecutions(core, tx, { ids: [queued, other] }, { code: "x", message: "x" }),
    );
    expect(again).toEqual([]);
    expect(begun.map((ctx) => ctx.execution.id)).toEqual([other]);
    expect(await readExecution(core, workspaceId, queued)).toMatchObject({ reasonCode: reason.code });
  });
});

describe("limits", () => {
  test("an execution past its time ends as failed with max_time, in the middle of a step", async () => {
    await startWorker();
    const id = await enqueue(core, workspaceId, { kind: "hang", maxTimeSeconds: 1 });
    const execution = await untilStatus(core, workspaceId, id, "failed", 5_000);
    expect(execution).toMatchObject({ outcome: "limit_reached", reasonCode: "max_time" });
    expect(begun[0]?.signal.reason).toMatchObject({ stop: "deadline" });
  });
});

describe("waits", () => {
  test("free the slot, do not count as running time, and go on at their time", async () => {
    await startMaintenance();
    await startWorker(core, 1);
    const id = await enqueue(core, workspaceId, { kind: "sleep", maxTimeSeconds: 1 });
    await untilStatus(core, workspaceId, id, "waiting");
    const other = await enqueue(core, workspaceId, { kind: "work" });
    await untilStatus(core, workspaceId, other, "completed");
    expect((await readExecution(core, workspaceId, id)).status).toBe("waiting");
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 2 });
    expect((await readSteps(core, workspaceId, id)).map(({ name }) => name)).toEqual([
      "before",
      "a second",
      "after",
    ]);
  });

  test("a delayed execution is queued at its time", async () => {
    await startMaintenance({ ...core, clock: withoutPoll });
    await startWorker({ ...core, clock: withoutPoll });
    const id = await enqueue(core, workspaceId, { kind: "work", delayMs: 300 });
    expect(await readExecution(core, workspaceId, id)).toMatchObject({
      status: "waiting",
      waitingFor: "time",
    });
    await untilStatus(core, workspaceId, id, "completed", 5_000);
  });
});

describe("shutdown", () => {
  test("aborts handlers and gives their executions back for another worker to finish", async () => {
    const stop = await startWorker();
    const id = await enqueue(core, workspaceId, { kind: "resume" });
    await until("the first step", async () => (await readSteps(core, workspaceId, id)).length === 1);
    await stop();
    expect(await readExecution(core, workspaceId, id)).toMatchObject({ status: "queued", attempt: 1 });
    const { rowCount } = await core.db.autocommit.query({ text: "select 1 from workers" });
    expect(rowCount).toBe(0);
    await startWorker();
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 2 });
    expect(await readSteps(core, workspaceId, id)).toHaveLength(2);
  });

  test("takes the execution also from a handler that does not listen, and refuses what it still writes", async () => {
    const stop = await startWorker();
    const id = await enqueue(core, workspaceId, { kind: "ignore" });
    await untilBegun(1);
    await stop();
    expect((await readExecution(core, workspaceId, id)).status).toBe("queued");
    stubborn.get(`${id}:1`)?.();
    await startWorker();
    await until("the second attempt", () => stubborn.get(`${id}:2`));
    expect(await readSteps(core, workspaceId, id)).toEqual([]);
    stubborn.get(`${id}:2`)?.();
    await untilStatus(core, workspaceId, id, "completed");
    expect((await readSteps(core, workspaceId, id)).map(({ attempt }) => attempt)).toEqual([2]);
  });
});

describe("a lease in doubt", () => {
  test("a worker that could not renew aborts its handlers, starts nothing, and runs them again when it can", async () => {
    const { clock, jump } = jumpyClock();
    const { db, cut, mend } = cuttable();
    await startWorker({ ...core, db, clock }, 8, shortLease);
    const id = await enqueue(core, workspaceId, { kind: "resume" });
    await until("the first step", async () => (await readSteps(core, workspaceId, id)).length === 1);
    cut();
    jump(shortLease.staleAfterMs);
    await until("the abort", () => begun[0]?.signal.aborted === true);
    expect(begun[0]?.signal.reason).toMatchObject({ stop: "lease_lost" });
    const meanwhile = await enqueue(core, workspaceId, { kind: "work" });
    expect((await readExecution(core, workspaceId, meanwhile)).status).toBe("queued");
    mend();
    // Nobody else is there to take over, and the worker's row is alive: it has to see by itself what it dropped.
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 2 });
    await untilStatus(core, workspaceId, meanwhile, "completed");
  });

  test("a handler that does not listen keeps nothing from running again", async () => {
    const { clock, jump } = jumpyClock();
    const { db, cut, mend } = cuttable();
    await startWorker({ ...core, db, clock }, 8, shortLease);
    const id = await enqueue(core, workspaceId, { kind: "ignore" });
    await untilBegun(1);
    cut();
    jump(shortLease.staleAfterMs);
    await until("the abort", () => begun[0]?.signal.aborted === true);
    mend();
    await until("the second attempt", () => stubborn.get(`${id}:2`));
    stubborn.get(`${id}:1`)?.();
    stubborn.get(`${id}:2`)?.();
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 2 });
  });

  test("executions whose claim's answer was lost are run all the same", async () => {
    let losses = 0;
    const db = withAutocommit(core.db, async (statement) => {
      const result = await core.db.autocommit.query(statement);
      if (statement.name === "claim_executions" && result.rowCount !== 0 && losses++ === 0)
        throw connectionBroke();
      return result as never;
    });
    const id = await enqueue(core, workspaceId, { kind: "work" });
    await startWorker({ ...core, db }, 8, shortLease);
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 2 });
    expect(losses).toBe(2);
  });

  test("what runs longer than the lease is not taken from a worker that renews", async () => {
    await startMaintenance(core, shortLease);
    await startWorker(core, 8, shortLease);
    const id = await enqueue(core, workspaceId, { kind: "ignore" });
    await untilBegun(1);
    const renewedAt = async () => {
      const { rows } = await core.db.autocommit.query<{ age: number }>({
        text: "select extract(epoch from clock_timestamp() - started_at)::float8 * 1000 as age from workers",
      });
      return rows[0]?.age ?? 0;
    };
    await until("two lease times", async () => (await renewedAt()) > 2 * shortLease.lapsesAfterMs);
    stubborn.get(`${id}:1`)?.();
    expect(await untilStatus(core, workspaceId, id, "completed")).toMatchObject({ attempt: 1 });
  });
});
