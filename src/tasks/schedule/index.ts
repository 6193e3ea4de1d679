export { checkSchedule } from "./check.ts";
export { describeSchedule } from "./describe.ts";
export { jitterMs } from "./jitter.ts";
export { defaultPolicies, type SchedulePolicies } from "./policies.ts";
export { previewSchedule } from "./preview.ts";
export { relativeRunAt } from "./relative.ts";
export { nextRun } from "./runs.ts";
export { type Schedule, scheduleSchema } from "./schema.ts";
export { type DropCause, decideDropped, decideTick, type TickExecution } from "./tick.ts";
