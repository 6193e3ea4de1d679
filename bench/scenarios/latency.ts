import type pg from "pg";
import { pause, systemClock } from "../../src/base/clock.ts";
import { fromId } from "../../src/base/ids.ts";
import { type Arrivals, failAfter, startArrivals } from "../arrivals.ts";
import type { BenchContext } from "../context.ts";
import { quantile } from "../figures.ts";
import type { Profile } from "../profiles.ts";
import { type Program, startProgram } from "../program.ts";
import type { LatencyRow } from "../row.ts";
import { seedTasks, withSuperuser } from "../seed.ts";

interface Effort {
  samples: number;
  warmup: number;
  dueBehind: number;
}

const FULL: Effort = { samples: 400, warmup: 50, dueBehind: 50_000 };
const QUICK: Effort = { samples: 30, warmup: 10, dueBehind: 5_000 };

/** They take turns, so that none is still running when it is triggered again. */
const TASKS = 50;
const LONGEST_WAIT_MS = 30_000;
/** Between an arrival and the next trigger: the run before has ended then, unless there is a backlog. */
const BETWEEN_MS = 10;

/** Scenario (c): from the trigger call to the first model request, with nothing else to do and with a backlog. */
export async function run(context: BenchContext): Promise<LatencyRow[]> {
  const rows: LatencyRow[] = [];
  for (const profile of context.profiles) {
    await using postgres = await context.startPostgres(profile.settings);
    rows.push(...(await measureProfile(context, profile, await postgres.createDatabase())));
  }
  return rows;
}

async function measureProfile(
  context: BenchContext,
  profile: Profile,
  databaseUrl: string,
): Promise<LatencyRow[]> {
  const effort = context.quick ? QUICK : FULL;
  await using arrivals = await startArrivals(/bench-task-\d+!/g);
  await using program = await startProgram(databaseUrl, context.signal);
  const bench = await createAgents(program, arrivals.baseUrl);
  const measure = (samples: number) => measureTriggers(context, program, bench, arrivals, samples);
  // Awaited here: the program is stopped when this function is left.
  return await withSuperuser(databaseUrl, async (superuser) => {
    await makeBacklog(superuser, bench, effort.dueBehind);
    await measure(effort.warmup);
    const idle = await measure(effort.samples);
    await superuser.query("update task_schedules set next_run_at = date_trunc('second', now())");
    const busy = await measure(effort.samples);
    const left = await countLeft(superuser);
    const shared = { scenario: "latency", profile: profile.name } as const;
    const rows: LatencyRow[] = [
      { ...shared, dueBehind: 0, leftAtTheEnd: 0, ...summarize(idle) },
      { ...shared, dueBehind: effort.dueBehind, leftAtTheEnd: left, ...summarize(busy) },
    ];
    for (const row of rows) {
      context.log(
        `latency, ${profile.name}, ${row.dueBehind} due behind (${row.leftAtTheEnd} left): ` +
          `p50 ${row.p50Ms.toFixed(1)} ms, p99 ${row.p99Ms.toFixed(1)} ms`,
      );
    }
    if (left === 0) throw new Error("the backlog was used up before the last sample");
    return rows;
  });
}

function summarize(latencies: readonly number[]) {
  return {
    samples: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: Math.max(...latencies),
  };
}

interface Bench {
  /** The agent of the backlog, on the sandbox model. UUID. */
  backlogAgentId: string;
  /** To be triggered. */
  tasks: readonly { id: string; marker: string }[];
}

async function createAgents(program: Program, baseUrl: string): Promise<Bench> {
  const post = <T = { id: string }>(target: string, body: unknown) =>
    program.call<T>("POST", target, program.apiKey, body);
  const called = await post("/v1/model-providers", { name: "Bench", kind: "openai_compatible", baseUrl });
  const sandbox = await post("/v1/model-providers", { name: "Sandbox", kind: "sandbox" });
  const agent = { name: "Mia", instructions: "Be brief.", model: "bench" };
  const { id: agentId } = await post("/v1/agents", { ...agent, modelProviderId: called.id });
  const { id: backlogAgent } = await post("/v1/agents", { ...agent, modelProviderId: sandbox.id });
  const tasks: { id: string; marker: string }[] = [];
  while (tasks.length < TASKS) {
    const marker = `bench-task-${tasks.length}!`;
    const { id } = await post("/v1/tasks", { name: "Bench", description: `Do ${marker}`, agentId });
    tasks.push({ id, marker });
  }
  const backlogAgentId = fromId("agent", backlogAgent);
  if (backlogAgentId === undefined) throw new Error(`${backlogAgent} is not an agent's id`);
  return { backlogAgentId, tasks };
}

/** Tasks of the other agent with a schedule, none due yet. */
async function makeBacklog(superuser: pg.Client, { backlogAgentId }: Bench, tasks: number): Promise<void> {
  const { rows } = await superuser.query<{ id: string }>("select id from workspaces");
  await seedTasks(superuser, { tasks, workspaceIds: rows.map(({ id }) => id), agentId: backlogAgentId });
  await superuser.query("vacuum analyze");
  await superuser.query("checkpoint");
}

/** One trigger after the other; each latency in milliseconds. */
async function measureTriggers(
  context: BenchContext,
  program: Program,
  { tasks }: Bench,
  arrivals: Arrivals,
  samples: number,
): Promise<number[]> {
  // A key of its own, since each may make 600 calls a minute.
  const made = { name: "bench", scope: "write" };
  const { key } = await program.call<{ key: string }>("POST", "/v1/api-keys", program.apiKey, made);
  const latencies: number[] = [];
  for (const { id, marker } of takeTurns(tasks, samples)) {
    context.signal.throwIfAborted();
    const arrival = failAfter(LONGEST_WAIT_MS, arrivals.expect(marker));
    const startedAt = systemClock.monotonicMs();
    const [arrivedAt] = await Promise.all([arrival, program.call("POST", `/v1/tasks/${id}/trigger`, key)]);
    latencies.push(arrivedAt - startedAt);
    await pause(systemClock, BETWEEN_MS);
  }
  return latencies;
}

function* takeTurns<T>(things: readonly T[], times: number): Generator<T> {
  for (let made = 0; made < times; ) {
    for (const thing of things.slice(0, times - made)) {
      made++;
      yield thing;
    }
  }
}

/** Backlog that has not run yet: due, queued or running. */
async function countLeft(superuser: pg.Client): Promise<number> {
  const { rows } = await superuser.query<{ waiting: number }>(
    `select (select count(*) from task_schedules where next_run_at <= now())::int
      + (select count(*) from executions where lane = 'scheduled' and status in ('queued', 'running'))::int as waiting`,
  );
  return rows[0]?.waiting ?? 0;
}
