import type { Meta } from "../base/schemas.ts";
import type { Reason } from "../engine/index.ts";
import type { Schedule } from "./schedule/index.ts";

export const taskStates = ["active", "paused", "auto_paused", "ended"] as const;
export type TaskState = (typeof taskStates)[number];

/** The kind of execution that carries out a task; stored in rows. */
export const taskKindName = "task";

/** Bounds of one execution, as they were set; what is absent has its default (see `withDefaults`). */
export interface TaskLimits {
  readonly maxIterations?: number;
  /** Seconds of running; waiting does not count. */
  readonly maxTimeSeconds?: number;
  readonly maxToolCalls?: number;
  /** US dollars as a decimal string. */
  readonly maxCostUsd?: string;
}

/** What an agent is to do, and when. Ids are UUIDs. */
export interface Task {
  readonly id: string;
  readonly name: string;
  /** The instruction to the agent. */
  readonly description: string;
  /** Null: the workspace's default agent at the time of each run. */
  readonly agentId: string | null;
  readonly contactId: string | null;
  /** Null: chosen at each run. */
  readonly channelId: string | null;
  /** Null: only on demand. */
  readonly schedule: Schedule | null;
  /** How long the agent goes on answering, and how long later runs reuse the conversation. 0: not at all. */
  readonly sessionDurationSeconds: number;
  readonly limits: TaskLimits;
  readonly meta: Meta;
  readonly externalId: string | null;
  readonly state: TaskState;
  /** Why it is in this state; null while active. */
  readonly stateReason: Reason | null;
  /** Scheduled runs that failed since the last one that did not. */
  readonly consecutiveFailures: number;
  /** The execution that ended last. */
  readonly lastExecutionId: string | null;
  readonly lastRunAt: Date | null;
  readonly nextRunAt: Date | null;
  /** When the schedule was set; null without one. */
  readonly scheduledAt: Date | null;
  readonly demo: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What can be set on a task. */
export interface TaskFields {
  readonly name: string;
  readonly description: string;
  readonly agentId?: string | null | undefined;
  readonly contactId?: string | null | undefined;
  readonly channelId?: string | null | undefined;
  readonly schedule?: Schedule | null | undefined;
  readonly sessionDurationSeconds?: number | undefined;
  readonly limits?: LimitChanges | undefined;
  readonly meta?: Meta | undefined;
  readonly externalId?: string | null | undefined;
}

/** Limits to set; null takes one back to its default, what is absent stays. */
export type LimitChanges = {
  readonly [K in keyof TaskLimits]?: TaskLimits[K] | null | undefined;
};

export type TaskChanges = { readonly [K in keyof TaskFields]?: TaskFields[K] | undefined };

export interface TaskFilter {
  readonly state?: TaskState | undefined;
  readonly agentId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly externalId?: string | undefined;
  readonly demo?: boolean | undefined;
}
