export type { Core } from "./core.ts";
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
export { defineJob, type Job, type Jobs } from "./jobs.ts";
export type { Module, Service } from "./module.ts";
