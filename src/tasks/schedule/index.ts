export { checkSchedule } from "./check.ts";
export { describeSchedule } from "./describe.ts";
export { nextRun } from "./runs.ts";
export { type Schedule, scheduleSchema } from "./schema.ts";
export { type DropCause, decideDropped, decideTick, defaultPolicies, type TickExecution } from "./tick.ts";
