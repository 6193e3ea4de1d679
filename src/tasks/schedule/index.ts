export { checkSchedule, type ScheduleProblem, type ScheduleProblemCode } from "./check.ts";
export { describeSchedule } from "./describe.ts";
export { nextRun, type RunStretch, runsBetween } from "./runs.ts";
export { type Schedule, scheduleSchema } from "./schema.ts";
export {
  decideTick,
  defaultPolicies,
  type MissedStretch,
  ON_TIME_MS,
  type SchedulePolicies,
  type TickDecision,
  type TickExecution,
  type TickInput,
} from "./tick.ts";
