import { DBOS } from "@dbos-inc/dbos-sdk";
import { systemClock } from "../../src/base/clock.ts";
import { runClosedLoop } from "../closed-loop.ts";
import { buildStepPayload, type Figures, type Load } from "../subject.ts";

/**
 * Runs the load in this process with DBOS on `load.databaseUrl`. Workflows are called directly: a DBOS queue adds
 * a claim and a poll (10 steps, 50 side by side: 127/s directly, 119/s polled every 20 ms, 40/s every second).
 */
async function runDbos(load: Load): Promise<Figures> {
  DBOS.setConfig({
    name: "errand-bench",
    systemDatabaseUrl: load.databaseUrl,
    // Twice the default; 10, 20 and 50 lay within 15 % of each other.
    systemDatabasePoolSize: 20,
    logLevel: "error",
  });
  const workflow = DBOS.registerWorkflow(
    async (steps: number): Promise<number> => {
      let made = 0;
      while (made < steps) {
        await DBOS.runStep(async () => buildStepPayload(), { name: "step" });
        made++;
      }
      return made;
    },
    { name: "bench" },
  );
  await DBOS.launch();
  try {
    return await runClosedLoop(load, systemClock.monotonicMs, async () => workflow(load.steps));
  } finally {
    await DBOS.shutdown();
  }
}

if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? "") as Load;
  const figures = await runDbos(load);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
