/** What one sample asks of a system: the same numbers go to every system of a round. */
export interface Load {
  executions: number;
  /** Run before the clock starts, so that compilers, pools and caches are warm; not part of the figures. */
  warmup: number;
  steps: number;
  /** How many executions are in flight at any time. */
  concurrency: number;
  /** A fresh, empty database. A system that does not use PostgreSQL ignores it. */
  databaseUrl: string;
  /** An empty directory of its own for a system that keeps files. The caller removes it. */
  directory: string;
}

/** What one sample measured. */
export interface Figures {
  executions: number;
  steps: number;
  concurrency: number;
  /** From the first submission to the last recorded end, in milliseconds; submission is part of the work. */
  elapsedMs: number;
  executionsPerSecond: number;
  stepsPerSecond: number;
  /** One execution from taking one of the places in flight to its recorded end, in milliseconds. */
  p50Ms: number;
  p99Ms: number;
}

/** A system that carries out durable executions: Errand, or a peer it is compared with. */
export interface Subject {
  name: string;
  version: string;
  /** False: PostgreSQL settings do not touch it, so its figures are the same kind in every profile. */
  usesPostgres: boolean;
  /** Rejects when an execution fails, a step is missing, or `signal` is aborted; leaves nothing running. */
  runExecutions(load: Load, signal: AbortSignal): Promise<Figures>;
}

/** Errand, by how its executions are handed over. */
export interface ErrandSubjects {
  /** What is submitted in one moment goes out in one transaction. */
  together: Subject;
  /** Each submission is a transaction of its own. */
  oneByOne: Subject;
}

/** The result of every step, 427 characters of JSON: about what a short model answer comes to. */
export function buildStepPayload(): { model: string; text: string } {
  return { model: "x", text: "y".repeat(400) };
}
