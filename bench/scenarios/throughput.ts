import type { BenchContext } from "../context.ts";
import { median } from "../figures.ts";
import type { BenchPostgres } from "../postgres.ts";
import type { Profile } from "../profiles.ts";
import type { ThroughputRow } from "../row.ts";
import type { Figures, Load, Subject } from "../subject.ts";

/** Steps of each execution, and executions side by side. */
interface Case {
  steps: number;
  concurrency: number;
}

const CASES: readonly Case[] = [
  { steps: 1, concurrency: 50 },
  { steps: 10, concurrency: 50 },
  { steps: 1, concurrency: 200 },
  { steps: 10, concurrency: 200 },
];

interface Effort {
  cases: readonly Case[];
  rounds: number;
  warmupSeconds: number;
  measuredSeconds: number;
}

const FULL: Effort = { cases: CASES, rounds: 3, warmupSeconds: 2, measuredSeconds: 5 };
const QUICK: Effort = {
  cases: CASES.filter(({ concurrency }) => concurrency === 50),
  rounds: 1,
  warmupSeconds: 1,
  measuredSeconds: 2,
};

type Size = Pick<Load, "executions" | "warmup">;

/** Scenario (a): executions of 1 and 10 steps, 50 and 200 side by side, Errand and its peers taking turns. */
export async function run(context: BenchContext): Promise<ThroughputRow[]> {
  const effort = context.quick ? QUICK : FULL;
  const rows: ThroughputRow[] = [];
  for (const profile of context.profiles) {
    await using postgres = await context.startPostgres(profile.settings);
    for (const given of effort.cases) {
      rows.push(...(await runCase(context, postgres, profile, given, effort)));
    }
  }
  return rows;
}

async function runCase(
  context: BenchContext,
  postgres: BenchPostgres,
  profile: Profile,
  given: Case,
  effort: Effort,
): Promise<ThroughputRow[]> {
  const { together, oneByOne } = context.errand;
  const systems = [together, oneByOne, ...context.peers];
  const measured: { system: Subject; size: Size; figures: Figures[] }[] = [];
  for (const system of systems) {
    measured.push({ system, size: await findSize(context, postgres, system, given, effort), figures: [] });
  }
  for (let round = 1; round <= effort.rounds; round++) {
    // Taking turns: what slows the machine down for a while slows all of them down.
    for (const { system, size, figures } of measured) {
      const sample = await runSample(context, postgres, system, { ...given, ...size });
      figures.push(sample);
      context.log(
        `throughput, ${profile.name}, ${given.steps} steps, ${given.concurrency} side by side, ` +
          `round ${round}: ${system.name} ${sample.executionsPerSecond.toFixed(0)} executions/s`,
      );
    }
  }
  const figuresOf = (wanted: Subject) => measured.find(({ system }) => system === wanted)?.figures ?? [];
  return measured.map(({ system, size, figures }) => ({
    scenario: "throughput",
    profile: profile.name,
    ...given,
    system: system.name,
    version: system.version,
    rounds: figures.length,
    executions: size.executions,
    ...summarizeRounds(figures),
    errandRatio: medianRatio(figuresOf(together), figures),
    oneByOneRatio: medianRatio(figuresOf(oneByOne), figures),
  }));
}

/** So many executions that every system is measured for about the same time, however fast it is. */
async function findSize(
  context: BenchContext,
  postgres: BenchPostgres,
  system: Subject,
  given: Case,
  effort: Effort,
): Promise<Size> {
  const trial = { warmup: given.concurrency * 2, executions: given.concurrency * 4 };
  const { executionsPerSecond } = await runSample(context, postgres, system, { ...given, ...trial });
  return {
    warmup: Math.ceil(executionsPerSecond * effort.warmupSeconds),
    executions: Math.max(given.concurrency * 4, Math.ceil(executionsPerSecond * effort.measuredSeconds)),
  };
}

async function runSample(
  context: BenchContext,
  postgres: BenchPostgres,
  system: Subject,
  load: Case & Size,
): Promise<Figures> {
  const databaseUrl = system.usesPostgres ? await postgres.createDatabase() : "";
  return context.withDirectory((directory) =>
    system.runExecutions({ ...load, databaseUrl, directory }, context.signal),
  );
}

function summarizeRounds(figures: readonly Figures[]) {
  const rates = figures.map((sample) => sample.executionsPerSecond);
  return {
    executionsPerSecond: median(rates),
    slowestPerSecond: Math.min(...rates),
    fastestPerSecond: Math.max(...rates),
    stepsPerSecond: median(figures.map((sample) => sample.stepsPerSecond)),
    p50Ms: median(figures.map((sample) => sample.p50Ms)),
    p99Ms: median(figures.map((sample) => sample.p99Ms)),
  };
}

/** Each round is compared within itself, then the middle one is taken. */
function medianRatio(errand: readonly Figures[], other: readonly Figures[]): number {
  const ratios = errand.flatMap((sample, round) => {
    const beside = other[round];
    return beside === undefined ? [] : [sample.executionsPerSecond / beside.executionsPerSecond];
  });
  return median(ratios);
}
