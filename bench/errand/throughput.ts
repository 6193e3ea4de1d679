import { systemClock } from "../../src/base/clock.ts";
import { newId } from "../../src/base/ids.ts";
import {
  createBatcher,
  createWorker,
  type ExecutionKind,
  enqueueExecution,
  enqueueExecutions,
  type NewExecution,
  type PlacedExecution,
} from "../../src/engine/index.ts";
import { runClosedLoop } from "../closed-loop.ts";
import { buildStepPayload, type Figures, type Load } from "../subject.ts";
import { type BenchCore, createBenchCore } from "./core.ts";

/**
 * `together`: what is submitted in one moment is queued in one transaction, as the sweep does it with what is due.
 * `one by one`: each execution is queued in a transaction of its workspace of its own, as the trigger route does it.
 */
export type Submission = "together" | "one by one";

/**
 * Runs the load in this process with Errand's engine: each execution is queued, claimed by the worker, makes its steps
 * in the journal and ends.
 */
async function runErrand(load: Load, submission: Submission): Promise<Figures> {
  const inFlight = new Map<string, { isThrough: boolean; resolve(steps: number): void }>();
  const kind: ExecutionKind = {
    name: "bench",
    async run(ctx) {
      for (let step = 0; step < load.steps; step++) {
        await ctx.step("note", "step", async () => ({ output: buildStepPayload() }));
      }
      const execution = inFlight.get(ctx.execution.id);
      if (execution !== undefined) execution.isThrough = true;
      return { status: "completed", outcome: "none", summary: String(load.steps) };
    },
  };
  const core = await createBenchCore(load.databaseUrl, [kind]);
  const submit = createSubmit(core, submission);
  // Half of a worker's slots are kept for lanes that are not used here.
  const stopWorker = await createWorker(core, { concurrency: load.concurrency * 2 }).start();
  // In this process the end is announced once it is on disk, and nothing else after the last step.
  core.signals.listen("live", (payload) => {
    const id = payload.slice(payload.indexOf(":") + 1);
    const execution = inFlight.get(id);
    if (!execution?.isThrough) return;
    inFlight.delete(id);
    execution.resolve(load.steps);
  });
  try {
    const figures = await runClosedLoop(load, systemClock.monotonicMs, async () => {
      const id = newId();
      const done = new Promise<number>((resolve) => inFlight.set(id, { isThrough: false, resolve }));
      await submit({ id, kind: kind.name, lane: "bulk", trigger: "api" });
      return done;
    });
    await checkJournals(core, load);
    return figures;
  } finally {
    await stopWorker();
    await core.close();
  }
}

type Submit = (execution: NewExecution) => Promise<unknown>;

function createSubmit(core: BenchCore, submission: Submission): Submit {
  if (submission === "one by one") {
    return (execution) => core.db.tenant(core.workspaceId, (tx) => enqueueExecution(core, tx, execution));
  }
  const submissions = createBatcher<PlacedExecution>({
    clock: systemClock,
    maxItems: 500,
    maxBytes: 1_000_000,
    sizeOf: () => 200,
    async flush(executions) {
      await core.db.system((tx) => enqueueExecutions(core, tx, executions));
      return executions.map(() => undefined);
    },
  });
  return (execution) => submissions.add({ ...execution, workspaceId: core.workspaceId });
}

/** After the clock has stopped: every execution is completed and all its steps are in the journal. */
async function checkJournals(core: BenchCore, load: Load): Promise<void> {
  const { rows } = await core.db.autocommit.query<{ executions: number; completed: number; steps: number }>({
    text: `select count(*) as executions, count(*) filter (where status = 'completed') as completed,
      (select count(*) from execution_steps) as steps from executions`,
  });
  const expected = load.warmup + load.executions;
  const found = rows[0];
  if (found?.executions === expected && found.completed === expected && found.steps === expected * load.steps)
    return;
  throw new Error(
    `expected ${expected} completed executions of ${load.steps} steps, found ${JSON.stringify(found)}`,
  );
}

if (import.meta.main) {
  const [, , load = "", submission] = process.argv;
  const figures = await runErrand(JSON.parse(load) as Load, submission as Submission);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
