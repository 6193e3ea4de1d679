import type { TenantTx } from "../db/index.ts";

export type ExecutionStatus =
  | "queued"
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "canceled"
  | "skipped";
export type Lane = "reply" | "manual" | "scheduled" | "bulk";
export type Trigger = "schedule" | "manual" | "api" | "catch_up" | "replay" | "agent" | "workflow";
export type Outcome =
  | "goal_met"
  | "message_sent"
  | "no_action_needed"
  | "handed_over"
  | "blocked"
  | "delivery_failed"
  | "limit_reached"
  | "none";

export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** Totals over an execution's journal. Money in US dollars, as a decimal string. */
export interface Usage {
  readonly iterations: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: string;
}

/** An execution as the engine stores it. Ids are UUIDs. */
export interface Execution extends Usage {
  readonly workspaceId: string;
  readonly id: string;
  readonly kind: string;
  readonly lane: Lane;
  readonly status: ExecutionStatus;
  readonly trigger: Trigger;
  readonly taskId: string | null;
  readonly agentId: string | null;
  readonly contactId: string | null;
  /** Where it writes, the latest. */
  readonly conversationId: string | null;
  /** Where else it wrote. */
  readonly otherConversationIds: readonly string[];
  readonly input: unknown;
  readonly scheduledFor: Date | null;
  readonly queuedAt: Date;
  readonly availableAt: Date;
  readonly waitingFor: "approval" | "human" | "time" | null;
  /** Seconds of running time that it may take, waiting not counted. */
  readonly maxTimeSeconds: number;
  /** It waits for the earlier executions of its task. */
  readonly afterPrevious: boolean;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly outcome: Outcome | null;
  readonly reasonCode: string | null;
  readonly reasonMessage: string | null;
  readonly summary: string | null;
  readonly attempt: number;
  readonly deadlineAt: Date | null;
  readonly missedCount: number | null;
  readonly missedFirstAt: Date | null;
  readonly missedLastAt: Date | null;
  /** The execution that this one repeats. */
  readonly replayOf: string | null;
}

/** What a new execution needs. Everything left out takes the default of its column. */
export interface NewExecution {
  /** Default: a new id. */
  readonly id?: string;
  readonly kind: string;
  readonly lane: Lane;
  readonly trigger: Trigger;
  readonly taskId?: string | null;
  readonly agentId?: string | null;
  readonly contactId?: string | null;
  readonly conversationId?: string | null;
  readonly input?: unknown;
  readonly scheduledFor?: Date | null;
  /** Seconds of running time, waiting not counted. Default 900. */
  readonly maxTimeSeconds?: number;
  /** Waits this long before it is queued, by the database's clock. Default 0. */
  readonly delayMs?: number;
  /** True: it waits until no other execution of its task is under way, for `releaseAfterPrevious`. */
  readonly afterPrevious?: boolean;
  /** Present: the execution is recorded as skipped and never runs. */
  readonly skipped?: Reason & {
    readonly missed?: { readonly count: number; readonly first: Date; readonly last: Date };
  };
}

export type StepKind = "model" | "tool_intent" | "tool_result" | "message" | "wait" | "checkpoint" | "note";

/** What a journal entry carries. Everything is JSON; text is cleaned when stored. */
export interface StepPayload {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: Reason;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: string;
  /** Counts against `maxToolCalls`. */
  readonly toolCall?: true;
}

export interface Step {
  readonly seq: number;
  readonly kind: StepKind;
  readonly name: string;
  readonly attempt: number;
  readonly payload: StepPayload;
  /** A result that came after the execution had ended. */
  readonly late: unknown;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** How an execution ended, in the kind's own judgement. */
export interface ExecutionResult {
  readonly status: "completed" | "failed" | "skipped";
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly summary?: string;
  /** True: it rests on what may be otherwise by now, so that the kind judges it again in the transaction that ends it. */
  readonly provisional?: true;
}

/** What came of an execution, and why. */
export interface Judgement {
  readonly outcome: Outcome;
  readonly reason?: Reason | undefined;
}

/** An execution and what it came to, as far as was known when it ended. */
export interface EndedResult extends Judgement {
  readonly id: string;
  readonly status: ExecutionResult["status"] | "canceled";
}

/**
 * A side effect's answer. `unknown`: it may have happened, and may not be repeated: a crash came between intent and result,
 * or `UnknownEffect` was thrown.
 */
export type EffectResult<T> =
  | { readonly status: "done"; readonly value: T }
  | { readonly status: "failed"; readonly error: Reason }
  | { readonly status: "unknown"; readonly idempotencyKey: string; readonly error: Reason };

/**
 * The durable side of a running execution. Calls are made one after another, never side by side, and in the same
 * order whenever the execution runs again: each takes the next `seq` of the journal, and a recorded step of another
 * kind or name ends the execution with `journal_mismatch`.
 *
 * Every method may throw an error that must pass through: it means that this attempt is over (cancelled, taken
 * over, suspended, out of time). Do not catch errors without rethrowing what `ctx.isStop(error)` recognises.
 */
export interface ExecutionContext {
  readonly execution: Execution;
  /** Aborts when the execution is cancelled, out of time or taken over. Goes into every outside call. */
  readonly signal: AbortSignal;
  /** The state of the newest checkpoint, when the execution resumes from one. */
  readonly restored: unknown;
  /** Totals so far, this attempt's journal included. */
  readonly usage: Usage;
  /** Share of the allowed running time used, 0 to 1. */
  timeUsed(): number;
  /** The `seq` that the next call takes. */
  readonly nextSeq: number;
  /** True while the next call repeats what an earlier attempt began, so that it answers from the journal. */
  readonly isReplay: boolean;

  /**
   * A read or an outside call that may be made again after a crash. Answers the recorded output if there is one.
   * `work` answers the payload to record; its `output` is what `step` answers.
   */
  step<T>(
    kind: StepKind,
    name: string,
    work: (signal: AbortSignal) => Promise<StepPayload & { readonly output: T }>,
  ): Promise<T>;

  /** A change of our own tables, committed together with its step. `work` may run again and must not leave the database. */
  transact<T>(
    kind: StepKind,
    name: string,
    work: (
      tx: TenantTx,
      step: { readonly seq: number; readonly idempotencyKey: string },
    ) => Promise<StepPayload & { readonly output: T }>,
  ): Promise<T>;

  /**
   * An effect outside our database, at most once: the intent is recorded before, the result after. After a crash
   * between the two it is made again only if `idempotent`, with the same idempotency key. `work` throws `UnknownEffect`
   * where it does not know itself whether the effect took place.
   */
  effect<T>(
    name: string,
    options: { readonly input: unknown; readonly idempotent: boolean },
    work: (call: { readonly idempotencyKey: string; readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<EffectResult<T>>;

  /** Gives the slot back and resumes after `seconds` by the database's clock. Waiting does not count as running time. */
  wait(name: string, seconds: number, payload?: Pick<StepPayload, "input" | "toolCall">): Promise<void>;

  /** Records the folded state; a later attempt resumes from it and reads nothing older. */
  checkpoint(state: unknown): Promise<void>;

  /** A remark in the timeline. */
  note(name: string, output: unknown): Promise<void>;

  /** True for the errors that end the attempt and must not be swallowed. */
  isStop(error: unknown): boolean;
}

/** A kind of execution that the engine can run. `name` is stored in rows: it must never change. */
export interface ExecutionKind {
  readonly name: string;
  run(ctx: ExecutionContext): Promise<ExecutionResult>;
  /**
   * Takes the locks that `ended` will need, in the transaction that is about to end the execution and before its row
   * is locked: conversation and task come before their executions everywhere, or two transactions wait for each other.
   * Of the executions of one task that are cancelled together it is asked about one.
   */
  beforeEnd?(tx: TenantTx, execution: Execution): Promise<void>;
  /**
   * Runs in the transaction that ends an execution of this kind, in whatever process that happens, however it
   * ended (completed, failed, cancelled, crash loop). Announces facts, frees turns, counts failures.
   */
  ended?(tx: TenantTx, execution: Execution): Promise<void>;
  /**
   * Judges executions by what is known by now, and answers each by its id: one that is about to end with a `provisional`
   * result, one that somebody or the engine ends and not the kind, or ended ones for which something has turned out since.
   * `beforeEnd` has run.
   */
  judge?(tx: TenantTx, results: readonly EndedResult[]): Promise<ReadonlyMap<string, Judgement>>;
  /** Runs in the transaction that changes what executions came to after their end. `beforeEnd` has run. */
  judged?(tx: TenantTx, executions: readonly Execution[]): Promise<void>;
  /**
   * Instead of `ended`, for what is cancelled in one transaction, in order of id: a run over an audience has thousands of
   * executions, and one at a time they would take longer than a cancellation may.
   */
  canceledTogether?(tx: TenantTx, executions: readonly Execution[]): Promise<void>;
}
