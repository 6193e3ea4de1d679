import path from "node:path";
import { runScript } from "../child.ts";
import type { BenchContext } from "../context.ts";
import type { IdleFigures, SweepFigures, SweepLoad } from "../errand/sweep.ts";
import { median, quantile } from "../figures.ts";
import type { Profile } from "../profiles.ts";
import type { SweepRow } from "../row.ts";

type Effort = Omit<SweepLoad, "databaseUrl">;

const FULL: Effort = {
  activeTasks: 1_000_000,
  workspaces: 200,
  dueAtOnce: 50_000,
  bursts: 3,
  idlePasses: 500,
};
const QUICK: Effort = { activeTasks: 50_000, workspaces: 200, dueAtOnce: 5_000, bursts: 1, idlePasses: 100 };

const SCRIPT = path.join(import.meta.dirname, "..", "errand", "sweep.ts");

/** Scenario (b): active tasks by the million, nothing due, many due at once, and nothing due right afterwards. */
export async function run(context: BenchContext): Promise<SweepRow[]> {
  const rows: SweepRow[] = [];
  for (const profile of context.profiles) {
    await using postgres = await context.startPostgres(profile.settings);
    const effort = context.quick ? QUICK : FULL;
    context.log(`sweep, ${profile.name}: making ${effort.activeTasks} tasks`);
    const load: SweepLoad = { ...effort, databaseUrl: await postgres.createDatabase() };
    const figures = await runScript<SweepFigures>(SCRIPT, [JSON.stringify(load)], context.signal);
    const row = summarize(profile, effort, figures);
    context.log(`sweep, ${profile.name}: ${row.firedPerSecond.toFixed(0)} fired/s`);
    rows.push(row);
  }
  return rows;
}

function summarize(profile: Profile, effort: Effort, { idle, bursts }: SweepFigures): SweepRow {
  const rates = bursts.map(({ firedPerSecond }) => firedPerSecond);
  const after = (read: (figures: IdleFigures) => readonly number[]) =>
    bursts.flatMap((burst) => read(burst.idle));
  const passesAfter = after(({ passes }) => passes);
  return {
    scenario: "sweep",
    profile: profile.name,
    activeTasks: effort.activeTasks,
    dueAtOnce: effort.dueAtOnce,
    bursts: bursts.length,
    firedPerSecond: median(rates),
    slowestPerSecond: Math.min(...rates),
    fastestPerSecond: Math.max(...rates),
    idleP50Ms: quantile(idle.passes, 0.5),
    idleP99Ms: quantile(idle.passes, 0.99),
    idleAfterBurstP99Ms: quantile(passesAfter, 0.99),
    idleAfterBurstMaxMs: Math.max(...passesAfter),
    emptyBatchP99Ms: quantile(idle.emptyBatches, 0.99),
    emptyBatchAfterBurstP99Ms: quantile(
      after(({ emptyBatches }) => emptyBatches),
      0.99,
    ),
  };
}
