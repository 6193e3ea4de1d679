import type { Reason, Step } from "../../../api/generated/model";

/** What an entry is about; each has its icon. */
export type Sort =
  | "start"
  | "model"
  | "tool"
  | "message"
  | "search"
  | "memory"
  | "follow_up"
  | "contacts"
  | "wait"
  | "checkpoint"
  | "note"
  | "finish";

export type EntryTone = "plain" | "subdued" | "amber" | "red";

/** How a step is said to people. */
export interface StepWords {
  readonly sort: Sort;
  readonly title: string;
  /** What it said, asked or found, in one line. */
  readonly detail: string | undefined;
  readonly tone: EntryTone;
  /** Why it failed or was refused. */
  readonly reason: Reason | undefined;
}

/** One line of the timeline: a step, or a tool's call and its result together. */
export interface StepEntry extends StepWords {
  readonly type: "step";
  /** Of its first step. */
  readonly seq: number;
  readonly step: Step;
  /** The step that ended what `step` began. */
  readonly result: Step | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Undefined: it goes on, or its end is not on record. */
  readonly endedAt: number | undefined;
  readonly costUsd: string | null;
  /** A result that came after the execution had ended. */
  readonly isLate: boolean;
  /** Whether it happened cannot be said. */
  readonly isUnknown: boolean;
}

/** Between the steps of two attempts. */
export interface AttemptEntry {
  readonly type: "attempt";
  /** Of the first step of the attempt; what it is between is told by its place. */
  readonly seq: number;
  readonly attempt: number;
  /** `wait`: as planned; `loss`: its process ended, or gave it back. */
  readonly after: "wait" | "loss";
  /** Milliseconds without anybody at work. */
  readonly idleMs: number;
}

export type Entry = StepEntry | AttemptEntry;
