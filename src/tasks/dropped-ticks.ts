import type { TenantTx } from "../db/index.ts";
import { type Core, enqueueExecution } from "../engine/index.ts";
import { executionOfTick, ownerOfTask, type TickOwner } from "./new-execution.ts";
import { withDefaultPolicies } from "./rules.ts";
import { type DropCause, decideDropped, type Schedule } from "./schedule/index.ts";
import type { Task, TaskPolicies } from "./task.ts";

export const droppedByPause: DropCause = { code: "paused", when: "when the task was paused" };

/** A schedule that is about to lose its next run. `rule` and `policies` are whatever was stored. */
export interface DroppedSchedule extends TickOwner {
  readonly rule: unknown;
  readonly scheduledAt: Date;
  readonly nextRunAt: Date | null;
  readonly policies: unknown;
}

/**
 * Records the ticks up to `now` that were due and that no sweep had come to, as one skipped execution, before the
 * schedule is stopped or replaced. The schedule's row must be locked, so that no sweep fires them as well.
 */
export async function recordDropped(
  core: Core,
  tx: TenantTx,
  schedule: DroppedSchedule,
  drop: { readonly now: Date; readonly cause: DropCause },
): Promise<void> {
  if (schedule.nextRunAt === null || schedule.nextRunAt > drop.now) return;
  const due = {
    // Whatever else was stored makes it throw, which is taken for a single tick.
    schedule: schedule.rule as Schedule,
    anchor: schedule.scheduledAt,
    dueAt: schedule.nextRunAt,
    now: drop.now,
    policies: withDefaultPolicies((schedule.policies ?? {}) as TaskPolicies),
  };
  await enqueueExecution(core, tx, executionOfTick(schedule, decideDropped(due, drop.cause)));
}

/** The same for a task as it was before the change. */
export async function recordDroppedOf(
  core: Core,
  tx: TenantTx,
  task: Task,
  drop: { readonly now: Date; readonly cause: DropCause },
): Promise<void> {
  await recordDropped(
    core,
    tx,
    {
      ...ownerOfTask(task),
      rule: task.schedule,
      scheduledAt: task.scheduledAt ?? drop.now,
      nextRunAt: task.nextRunAt,
      policies: task.policies,
    },
    drop,
  );
}
