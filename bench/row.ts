import type { ProfileName } from "./profiles.ts";

/** Scenario (a): one system at one load. Each figure is the median of the rounds. */
export interface ThroughputRow {
  scenario: "throughput";
  profile: ProfileName;
  steps: number;
  concurrency: number;
  system: string;
  version: string;
  rounds: number;
  /** Executions measured in each round. */
  executions: number;
  executionsPerSecond: number;
  /** The slowest and the fastest round. */
  slowestPerSecond: number;
  fastestPerSecond: number;
  stepsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Errand's executions per second divided by this system's, median over the rounds. */
  errandRatio: number;
  /** The same for Errand when its executions are queued one by one. */
  oneByOneRatio: number;
}

/** Scenario (b): the sweep over active tasks. */
export interface SweepRow {
  scenario: "sweep";
  profile: ProfileName;
  activeTasks: number;
  dueAtOnce: number;
  bursts: number;
  /** Of the middle burst, the slowest and the fastest. */
  firedPerSecond: number;
  slowestPerSecond: number;
  fastestPerSecond: number;
  /** One pass of the service that finds nothing due. */
  idleP50Ms: number;
  idleP99Ms: number;
  /** The same right after the bursts, while dead rows lie in the table. */
  idleAfterBurstP99Ms: number;
  idleAfterBurstMaxMs: number;
  /** A transaction that would take what is due and finds nothing. */
  emptyBatchP99Ms: number;
  emptyBatchAfterBurstP99Ms: number;
}

/** Scenario (c): from the trigger call to the first model call. */
export interface LatencyRow {
  scenario: "latency";
  profile: ProfileName;
  /** Due tasks that wait at the same time. */
  dueBehind: number;
  /** Of these, how many had not run when the last sample was taken. */
  leftAtTheEnd: number;
  samples: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Scenario (d): one way to ask a list, over HTTP. */
export interface ListRow {
  scenario: "lists";
  profile: ProfileName;
  tasks: number;
  executions: number;
  list: "tasks" | "executions" | "contacts" | "conversations";
  query: string;
  /** The first, or one that begins at half of all that there is. */
  page: "first" | "deep";
  /** Of at most 100. */
  items: number;
  samples: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Scenario (e): from a contact's message to the model call that answers it, beyond the time in which bursts gather. */
export interface MessageRow {
  scenario: "message";
  profile: ProfileName;
  messagesPerSecond: number;
  samples: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Scenario (f): replies that stream side by side from one process. */
export interface StreamRow {
  scenario: "stream";
  profile: ProfileName;
  streams: number;
  /** Pieces of text that the model sends per second in each reply. */
  piecesPerSecond: number;
  /** Pieces that the contacts' event streams got, of all replies. */
  eventsPerSecond: number;
  /** Resident memory that came with each stream and its reply, in kilobytes. */
  kilobytesPerStream: number;
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
  /** Replies whose text arrived whole and once. */
  wholeReplies: number;
}

/** Scenario (g): the list of tasks in a browser. */
export interface DashboardRow {
  scenario: "dashboard";
  profile: ProfileName;
  /** Of the workspace. */
  tasks: number;
  /** From what to what: "open", "state=paused", "frame while scrolling 1 000 rows". */
  measure: string;
  /** What it should stay below at the 99th percentile. */
  goalMs: number;
  samples: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

export type Row = ThroughputRow | SweepRow | LatencyRow | ListRow | MessageRow | StreamRow | DashboardRow;
