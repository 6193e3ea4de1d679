import { systemClock } from "../../src/base/clock.ts";
import { newId } from "../../src/base/ids.ts";
import {
  createBatcher,
  createWorker,
  type ExecutionKind,
  enqueueExecutions,
  type PlacedExecution,
} from "../../src/engine/index.ts";
import { runClosedLoop } from "../closed-loop.ts";
import { buildStepPayload, type Figures, type Load } from "../subject.ts";
import { createBenchCore } from "./core.ts";

/**
 * Runs the load in this process with Errand's engine: each execution is queued in a transaction of its workspace,
 * claimed by the worker, makes its steps in the journal and ends.
 */
async function runErrand(load: Load): Promise<Figures> {
  const inFlight = new Map<string, { announced: number; resolve(steps: number): void }>();
  const kind: ExecutionKind = {
    name: "bench",
    async run(ctx) {
      for (let step = 0; step < load.steps; step++) {
        await ctx.step("note", "step", async () => ({ output: buildStepPayload() }));
      }
      return { status: "completed", outcome: "none", summary: String(load.steps) };
    },
  };
  const core = await createBenchCore(load.databaseUrl, [kind]);
  const stopWorker = await createWorker(core, { concurrency: load.concurrency * 2 }).start();
  // In this process every step is announced once it is on disk, and so is the end.
  core.signals.listen("live", (payload) => {
    const id = payload.slice(payload.indexOf(":") + 1);
    const execution = inFlight.get(id);
    if (execution === undefined) return;
    execution.announced++;
    if (execution.announced <= load.steps) return;
    inFlight.delete(id);
    execution.resolve(load.steps);
  });
  // As the sweep does it: what becomes due together is queued in one transaction.
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
  try {
    return await runClosedLoop(load, systemClock.monotonicMs, async () => {
      const id = newId();
      const done = new Promise<number>((resolve) => inFlight.set(id, { announced: 0, resolve }));
      await submissions.add({
        id,
        workspaceId: core.workspaceId,
        kind: "bench",
        lane: "bulk",
        trigger: "api",
      });
      return done;
    });
  } finally {
    await stopWorker();
    await core.close();
  }
}

if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? "") as Load;
  const figures = await runErrand(load);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
