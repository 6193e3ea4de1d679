import { beforeAllIds } from "../base/ids.ts";
import type { Meta } from "../base/schemas.ts";
import type { ContactFilter } from "../contacts/index.ts";
import type { ExecutionStatus, Outcome, Reason } from "../engine/index.ts";
import type { Schedule, SchedulePolicies } from "./schedule/index.ts";

export const taskStates = ["active", "paused", "auto_paused", "ended"] as const;
export type TaskState = (typeof taskStates)[number];

/** One task in one workspace, for what goes over all of them. Ids are UUIDs. */
export interface TaskAt {
  readonly workspaceId: string;
  readonly taskId: string;
}

/** Where walking through the tasks of all workspaces begins. */
export const beforeAllTasks: TaskAt = { workspaceId: beforeAllIds, taskId: beforeAllIds };

/** The kind of execution that carries out a task; stored in rows. */
export const taskKindName = "task";

/** Bounds of one execution, as they were set; what is absent has its default (see `withDefaultLimits`). */
export interface TaskLimits {
  readonly maxIterations?: number;
  /** Seconds of running; waiting does not count. */
  readonly maxTimeSeconds?: number;
  readonly maxToolCalls?: number;
  /** US dollars as a decimal string. */
  readonly maxCostUsd?: string;
}

/** What becomes of ticks, as it was set; what is absent has its default (see `withDefaultPolicies`). */
export type TaskPolicies = { readonly [K in keyof SchedulePolicies]?: SchedulePolicies[K] };

export const purposes = ["service", "marketing"] as const;
export type Purpose = (typeof purposes)[number];

/** What becomes of a message that the gate refuses for now. */
export const blockedChoices = ["hold", "drop"] as const;
export type WhenBlocked = (typeof blockedChoices)[number];

/** What ends a task before its schedule does. */
export const goals = ["goal_met", "conversation_closed", "contact_replied"] as const;
export type Goal = (typeof goals)[number];

export const mayWriteToChoices = ["contact", "any"] as const;
export type MayWriteTo = (typeof mayWriteToChoices)[number];

/** Each tick makes one execution for each contact that matches. */
export interface Audience {
  /** A contact filter, as it was checked when it was set. */
  readonly filter: ContactFilter;
  readonly maxContactsPerRun: number;
  /** Executions that begin in a minute; null: as fast as it goes. */
  readonly pacePerMinute: number | null;
}

/** What is kept of an execution that ended, also after it was removed. */
export interface LastExecution {
  readonly status: ExecutionStatus;
  readonly outcome: Outcome | null;
  /** An ISO 8601 instant. */
  readonly completedAt: string | null;
  readonly summary: string | null;
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
  /** Whom it is about instead of one contact. */
  readonly audience: Audience | null;
  readonly mayWriteTo: MayWriteTo;
  /** Where it writes while that conversation is open. */
  readonly conversationId: string | null;
  /** Null: chosen at each run. */
  readonly channelId: string | null;
  /** Null: only on demand. */
  readonly schedule: Schedule | null;
  readonly policies: TaskPolicies;
  /** How long the agent goes on answering, and how long later runs reuse the conversation. 0: not at all. */
  readonly sessionDurationSeconds: number;
  readonly limits: TaskLimits;
  readonly purpose: Purpose;
  readonly whenBlocked: WhenBlocked;
  readonly endWhen: readonly Goal[];
  /** When it ends whatever its schedule says. */
  readonly expiresAt: Date | null;
  readonly meta: Meta;
  readonly externalId: string | null;
  readonly state: TaskState;
  /** Why it is in this state; null while active. */
  readonly stateReason: Reason | null;
  /** Scheduled runs that failed since the last one that did not. */
  readonly consecutiveFailures: number;
  /** True from an automatic pause to the next scheduled run that completes. */
  readonly recovering: boolean;
  /** The execution that ended last. */
  readonly lastExecutionId: string | null;
  /** What is left of it when it was removed with age. */
  readonly lastExecution: LastExecution | null;
  readonly lastRunAt: Date | null;
  readonly nextRunAt: Date | null;
  /** When the schedule was set; null without one. */
  readonly scheduledAt: Date | null;
  /** Ticks of the schedule that ran. */
  readonly runsCount: number;
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
  readonly audience?: Audience | null | undefined;
  readonly mayWriteTo?: MayWriteTo | undefined;
  readonly conversationId?: string | null | undefined;
  readonly schedule?: Schedule | null | undefined;
  readonly policies?: PolicyChanges | null | undefined;
  readonly sessionDurationSeconds?: number | undefined;
  readonly limits?: LimitChanges | undefined;
  readonly purpose?: Purpose | undefined;
  readonly whenBlocked?: WhenBlocked | undefined;
  readonly endWhen?: readonly Goal[] | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly meta?: Meta | undefined;
  readonly externalId?: string | null | undefined;
}

/** Limits to set; null takes one back to its default, what is absent stays. */
export type LimitChanges = {
  readonly [K in keyof TaskLimits]?: TaskLimits[K] | null | undefined;
};

/** Policies to set; null takes one back to its default, what is absent stays. */
export type PolicyChanges = { readonly [K in keyof TaskPolicies]?: TaskPolicies[K] | null | undefined };

export type TaskChanges = { readonly [K in keyof TaskFields]?: TaskFields[K] | undefined };

export interface TaskFilter {
  /** UUIDs. Not beside `q`. */
  readonly ids?: readonly string[] | undefined;
  /** Part of the name or the description, in any case. */
  readonly q?: string | undefined;
  /** In one of these. */
  readonly state?: readonly TaskState[] | undefined;
  readonly agentId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly externalId?: string | undefined;
  /** True: with a schedule. */
  readonly scheduled?: boolean | undefined;
  /** True: its latest scheduled run failed. */
  readonly hasFailed?: boolean | undefined;
  /** Of the execution that ended last. */
  readonly lastStatus?: ExecutionStatus | undefined;
  readonly lastOutcome?: Outcome | undefined;
  readonly nextRunAfter?: Date | undefined;
  readonly nextRunBefore?: Date | undefined;
  readonly demo?: boolean | undefined;
}
