import type pg from "pg";
import { pause, systemClock } from "../../src/base/clock.ts";
import { newId } from "../../src/base/ids.ts";
import { sweepAll, sweepOnce } from "../../src/tasks/index.ts";
import { seedTasks, withSuperuser } from "../seed.ts";
import { type BenchCore, createBenchCore } from "./core.ts";

export interface SweepLoad {
  /** A fresh, empty database. */
  databaseUrl: string;
  activeTasks: number;
  workspaces: number;
  /** Tasks that become due in one moment, in each burst. No task is due in two. */
  dueAtOnce: number;
  bursts: number;
  /** How often each way of finding nothing is measured, before the first burst and after each. */
  idlePasses: number;
}

/** Each in milliseconds. */
export interface IdleFigures {
  /** The service's pass while nothing is due: one statement that reads the next due time. */
  passes: readonly number[];
  /** A transaction that would take what is due and finds nothing, as after a pass that another process forestalled. */
  emptyBatches: readonly number[];
}

export interface BurstFigures {
  firedPerSecond: number;
  /** Right afterwards. */
  idle: IdleFigures;
}

export interface SweepFigures {
  idle: IdleFigures;
  bursts: readonly BurstFigures[];
}

/** Fires with the real sweep; no worker runs, so the executions stay queued. Fails if one tick is lost or doubled. */
async function measureSweep(load: SweepLoad): Promise<SweepFigures> {
  const core = await createBenchCore(load.databaseUrl, []);
  try {
    return await withSuperuser(load.databaseUrl, async (superuser) => {
      await makeTasks(core, superuser, load);
      const idle = await measureIdle(core, load.idlePasses);
      const bursts: BurstFigures[] = [];
      while (bursts.length < load.bursts) {
        await makeDue(superuser, load.dueAtOnce);
        bursts.push(await measureBurst(core, load));
        await checkBurst(superuser, load.dueAtOnce * bursts.length);
      }
      return { idle, bursts };
    });
  } finally {
    await core.close();
  }
}

async function makeTasks(core: BenchCore, superuser: pg.Client, load: SweepLoad): Promise<void> {
  const workspaceIds = [core.workspaceId];
  while (workspaceIds.length < load.workspaces) workspaceIds.push(await core.newWorkspace());
  await seedTasks(superuser, { tasks: load.activeTasks, workspaceIds, agentId: newId() });
  await superuser.query("create table bench_due (workspace_id uuid, task_id uuid, due_at timestamptz)");
  await superuser.query("vacuum analyze");
  await superuser.query("checkpoint");
}

/** Tasks from all over the table, which have not fired yet. */
async function makeDue(superuser: pg.Client, count: number): Promise<void> {
  await superuser.query(
    `with chosen as (
        select workspace_id, task_id from task_schedules s
        where not exists (select 1 from bench_due d where d.workspace_id = s.workspace_id and d.task_id = s.task_id)
        order by random() limit $1),
      due as (
        update task_schedules s set next_run_at = date_trunc('second', now()) from chosen c
        where s.workspace_id = c.workspace_id and s.task_id = c.task_id
        returning s.workspace_id, s.task_id, s.next_run_at)
      insert into bench_due select * from due`,
    [count],
  );
  // In reality the time passes and nothing is written.
  await superuser.query("checkpoint");
}

async function measureBurst(core: BenchCore, load: SweepLoad): Promise<BurstFigures> {
  const startedAt = systemClock.monotonicMs();
  await sweepAll(core, () => false);
  const elapsedMs = systemClock.monotonicMs() - startedAt;
  return {
    firedPerSecond: (load.dueAtOnce * 1000) / elapsedMs,
    idle: await measureIdle(core, load.idlePasses),
  };
}

async function measureIdle(core: BenchCore, passes: number): Promise<IdleFigures> {
  const figures = { passes: [] as number[], emptyBatches: [] as number[] };
  for (let pass = 0; pass < passes; pass++) {
    figures.passes.push(await measureMs(() => sweepAll(core, () => false)));
    figures.emptyBatches.push(
      await measureMs(async () => {
        const { taken } = await sweepOnce(core);
        if (taken > 0) throw new Error("something was due while nothing should be");
      }),
    );
    await pause(systemClock, 2);
  }
  return figures;
}

async function measureMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = systemClock.monotonicMs();
  await work();
  return systemClock.monotonicMs() - startedAt;
}

/** Every tick so far is one queued execution, there are no others, and every task has its next run. */
async function checkBurst(superuser: pg.Client, ticks: number): Promise<void> {
  const { rows } = await superuser.query<Record<"executions" | "ticks" | "left", string>>(
    `select (select count(*) from executions) as executions,
      (select count(*) from bench_due d join executions e on e.workspace_id = d.workspace_id and e.task_id = d.task_id
        and e.scheduled_for = d.due_at and e.status = 'queued' and e.trigger = 'schedule') as ticks,
      (select count(*) from task_schedules where next_run_at is null or next_run_at <= now()) as left`,
  );
  const found = rows[0];
  if (Number(found?.executions) === ticks && Number(found?.ticks) === ticks && Number(found?.left) === 0)
    return;
  throw new Error(`expected one queued execution for each of ${ticks} ticks, found ${JSON.stringify(found)}`);
}

if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? "") as SweepLoad;
  const figures = await measureSweep(load);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
