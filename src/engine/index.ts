export { createBatcher } from "./batcher.ts";
export type { Core } from "./core.ts";
export { cancelExecutions, executionKinds } from "./ending.ts";
export { enqueueExecution, enqueueExecutions } from "./enqueue.ts";
export type {
  EffectResult,
  Execution,
  ExecutionContext,
  ExecutionKind,
  ExecutionResult,
  ExecutionStatus,
  Lane,
  NewExecution,
  Outcome,
  Reason,
  Step,
  StepKind,
  StepPayload,
  Trigger,
  Usage,
} from "./execution.ts";
export {
  countActive,
  deleteExecutionsOfTask,
  type ExecutionFilter,
  getExecution,
  getExecutions,
  listExecutions,
  listSteps,
  type PlacedExecution,
  setParticipants,
} from "./execution-store.ts";
export { defineJob, type Job, type Jobs } from "./jobs.ts";
export { createMaintenance, createRetention, recover } from "./maintenance.ts";
export type { Module, Service } from "./module.ts";
export { repeat } from "./repeat.ts";
export { createWorker } from "./worker.ts";
