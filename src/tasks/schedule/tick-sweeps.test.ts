import fc from "fast-check";
import { expect, test } from "vitest";
import { timesOfDay, zoneNames } from "./arbitraries.test-support.ts";
import type { SchedulePolicies } from "./policies.ts";
import { nextRun } from "./runs.ts";
import type { Schedule } from "./schema.ts";
import { decideTick, type TickDecision, type TickExecution } from "./tick.ts";

const schedules: fc.Arbitrary<Exclude<Schedule, { kind: "once" }>> = fc.oneof(
  fc.record({
    kind: fc.constant("daily" as const),
    timezone: zoneNames,
    time: timesOfDay,
    everyDays: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant("cron" as const),
    timezone: zoneNames,
    cron: fc.constantFrom("*/17 * * * *", "0,30 1-3 * * *", "5 */2 * * *", "0 9 * * MON-FRI", "* 2 * * *"),
  }),
  fc.record({ kind: fc.constant("every" as const), seconds: fc.integer({ min: 60, max: 20_000 }) }),
);

const limits = fc.option(fc.integer({ min: 1, max: 130 }), { nil: undefined });

const policiesOf: fc.Arbitrary<SchedulePolicies> = fc.record({
  misfire: fc.constantFrom("skip", "run_once", "run_all"),
  catchUpWindowSeconds: fc.integer({ min: 0, max: 100_000 }),
  overlap: fc.constantFrom("skip", "queue_one", "cancel_previous", "allow"),
  autoPauseAfterFailures: fc.constant(5),
});

interface Sweep {
  /** Seconds after the due time. */
  delay: number;
  active: number;
  pending: number;
}

const busy = fc.integer({ min: 0, max: 1 });
const sweepsOf = fc.array(
  fc.record({ delay: fc.integer({ min: -100, max: 200_000 }), active: busy, pending: busy }),
  { minLength: 1, maxLength: 6 },
);

const starts = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });

interface Swept {
  rows: readonly TickExecution[];
  until: Date;
  nextRunAt: Date | null;
  runs: number;
}

/** Sweeps once after another, as far as there is a next run, and checks each decision by itself. */
function sweepAll(
  schedule: Schedule,
  anchor: Date,
  policies: SchedulePolicies,
  sweeps: readonly Sweep[],
): Swept {
  let dueAt = nextRun(schedule, anchor, anchor);
  let now = anchor;
  let runs = 0;
  const rows: TickExecution[] = [];
  for (const { delay, active, pending } of sweeps) {
    if (dueAt === null) break;
    now = new Date(Math.max(now.getTime(), dueAt.getTime() + delay * 1_000));
    const decision = decideTick({
      ...{ schedule, anchor, dueAt, now, policies, runsBefore: runs },
      ...{ activeExecutions: active, pendingExecutions: pending },
    });
    checkStarted(decision, runs, policies, active + pending);
    rows.push(...decision.executions);
    runs = decision.runsAfter;
    dueAt = decision.nextRunAt;
    if (dueAt !== null) expect(dueAt.getTime()).toBeGreaterThan(now.getTime());
  }
  return { rows, until: now, nextRunAt: dueAt, runs };
}

/** What runs is counted, is not too much, and not side by side where that is not allowed. */
function checkStarted(
  { executions, runsAfter, cancelPrevious }: TickDecision,
  runsBefore: number,
  policies: SchedulePolicies,
  underWay: number,
): void {
  const started = executions.filter(({ status }) => status !== "skipped");
  expect(runsAfter - runsBefore).toBe(started.length);
  expect(started.length).toBeLessThanOrEqual(policies.misfire === "run_all" ? 100 : 1);
  if (policies.overlap === "allow") return;
  const atOnce = started.filter(({ status }) => status === "queued").length;
  expect(atOnce).toBeLessThanOrEqual(underWay > 0 && !cancelPrevious ? 0 : 1);
}

/** All runs after `from` up to `until`, in ms. */
function ticksOf(schedule: Schedule, from: Date, until: Date): number[] {
  const ticks: number[] = [];
  let tick = nextRun(schedule, from, from);
  for (; tick !== null && tick <= until; tick = nextRun(schedule, tick, from)) ticks.push(tick.getTime());
  return ticks;
}

/** The ticks that a row stands for, which must be as many as it says. */
function coveredBy(row: TickExecution, ticks: readonly number[]): readonly number[] {
  if (row.missed === undefined) return [row.scheduledFor.getTime()];
  const { first, last, count } = row.missed;
  const inside = ticks.filter((tick) => tick >= first.getTime() && tick <= last.getTime());
  expect([inside.length, inside[0], inside.at(-1)]).toEqual([count, first.getTime(), last.getTime()]);
  return inside;
}

test("over any sweeps each tick is in exactly one row, and no two rows are for the same time", () => {
  fc.assert(
    fc.property(
      schedules,
      limits,
      policiesOf,
      sweepsOf,
      starts,
      (unlimited, maxRuns, policies, sweeps, start) => {
        const schedule: Schedule = maxRuns === undefined ? unlimited : { ...unlimited, maxRuns };
        const { rows, until, nextRunAt, runs } = sweepAll(schedule, new Date(start), policies, sweeps);
        // Only the last of all runs leaves nothing to come.
        if (nextRunAt === null) expect(runs).toBe(maxRuns);
        else if (maxRuns !== undefined) expect(runs).toBeLessThan(maxRuns);
        const ticks = ticksOf(schedule, new Date(start), until);
        expect(rows.flatMap((row) => coveredBy(row, ticks))).toEqual(ticks);
        expect(new Set(rows.map((row) => row.scheduledFor.getTime())).size).toBe(rows.length);
        for (const row of rows) expect(row.status === "skipped").toBe(row.reason !== undefined);
      },
    ),
    { numRuns: 1_000 },
  );
});
