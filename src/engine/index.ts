export { releaseAfterPrevious, selectReleasable } from "./after-previous-store.ts";
export { announce } from "./announce.ts";
export { createBatcher } from "./batcher.ts";
export { type ContactActivity, readContactActivity } from "./contact-activity-store.ts";
export type { Core } from "./core.ts";
export { describeFailedEffect, effectResult, UnknownEffect } from "./effect-result.ts";
export { cancelExecutions, executionKinds, judgeAgain } from "./ending.ts";
export { enqueueExecution, enqueueExecutions } from "./enqueue.ts";
export type {
  EndedResult,
  Execution,
  ExecutionContext,
  ExecutionKind,
  ExecutionResult,
  ExecutionStatus,
  Judgement,
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
  listExecutions,
  type RecentExecution,
  selectRecentOfTasks,
  selectTasksIn,
} from "./execution-list-store.ts";
export {
  exampleExecution,
  executionOut,
  executionStatuses,
  executionTriggers,
  outcomes,
  presentExecution,
  presentStep,
  reasonOut,
  stepOut,
} from "./execution-schemas.ts";
export {
  type ActiveCount,
  countActive,
  deleteExecutionsOfConversations,
  getExecution,
  getExecutions,
  listSteps,
  markReplay,
  type PlacedExecution,
  readLastSeq,
  selectLastSteps,
  setParticipants,
} from "./execution-store.ts";
export { createJobs, type JobQueue } from "./job-queue.ts";
export { defineJob, type Job, type Jobs } from "./jobs.ts";
export { createMaintenance } from "./maintenance.ts";
export { engineMetrics } from "./metrics.ts";
export type { Module, Service } from "./module.ts";
export { countQueues } from "./queue-store.ts";
export { createRetention, removeExecutionsJob, removeExecutionsOfTask } from "./removal.ts";
export { repeat, repeatWhenDue } from "./repeat.ts";
export { addStep, noUsage } from "./usage.ts";
export { watch } from "./watch.ts";
export { createWorker } from "./worker.ts";
