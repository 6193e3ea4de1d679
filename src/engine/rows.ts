import type {
  Execution,
  ExecutionStatus,
  Lane,
  Outcome,
  Step,
  StepKind,
  StepPayload,
  Trigger,
} from "./execution.ts";

/** One row of `executions`, as PostgreSQL answers it. */
export interface ExecutionRow {
  workspace_id: string;
  id: string;
  kind: string;
  lane: Lane;
  status: ExecutionStatus;
  trigger: Trigger;
  task_id: string | null;
  agent_id: string | null;
  contact_id: string | null;
  conversation_id: string | null;
  conversation_ids: string[];
  after_previous: boolean;
  input: unknown;
  scheduled_for: Date | null;
  queued_at: Date;
  available_at: Date;
  waiting_for: Execution["waitingFor"];
  started_at: Date | null;
  completed_at: Date | null;
  outcome: Outcome | null;
  reason_code: string | null;
  reason_message: string | null;
  summary: string | null;
  attempt: number;
  deadline_at: Date | null;
  checkpoint_seq: number;
  max_time_seconds: number;
  used_ms: number;
  iterations: number;
  tool_calls: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd: string;
  missed_count: number | null;
  missed_first_at: Date | null;
  missed_last_at: Date | null;
  replay_of: string | null;
}

/** The columns of `ExecutionRow`, for an alias of the table. */
export function executionColumns(alias: string): string {
  return [
    "workspace_id, id, kind, lane, status, trigger, task_id, agent_id, contact_id, conversation_id, input",
    "scheduled_for, queued_at, available_at, waiting_for, started_at, completed_at, outcome, reason_code",
    "reason_message, summary, attempt, deadline_at, checkpoint_seq, max_time_seconds, used_ms, iterations",
    "tool_calls, input_tokens, output_tokens, cost_usd, missed_count, missed_first_at, missed_last_at, replay_of",
    "conversation_ids, after_previous",
  ]
    .join(", ")
    .split(", ")
    .map((column) => `${alias}.${column}`)
    .join(", ");
}

export function toExecution(row: ExecutionRow): Execution {
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    kind: row.kind,
    lane: row.lane,
    status: row.status,
    trigger: row.trigger,
    taskId: row.task_id,
    agentId: row.agent_id,
    contactId: row.contact_id,
    conversationId: row.conversation_id,
    otherConversationIds: row.conversation_ids,
    afterPrevious: row.after_previous,
    input: row.input,
    scheduledFor: row.scheduled_for,
    queuedAt: row.queued_at,
    availableAt: row.available_at,
    waitingFor: row.waiting_for,
    maxTimeSeconds: row.max_time_seconds,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    outcome: row.outcome,
    reasonCode: row.reason_code,
    reasonMessage: row.reason_message,
    summary: row.summary,
    attempt: row.attempt,
    deadlineAt: row.deadline_at,
    missedCount: row.missed_count,
    missedFirstAt: row.missed_first_at,
    missedLastAt: row.missed_last_at,
    replayOf: row.replay_of,
    iterations: row.iterations,
    toolCalls: row.tool_calls,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: row.cost_usd,
  };
}

/** One row of `execution_steps`, its payload already put together if it was stored apart. */
export interface StepRow {
  seq: number;
  kind: StepKind;
  name: string;
  attempt: number;
  payload: StepPayload;
  late: unknown;
  started_at: Date;
  ended_at: Date;
}

export function toStep(row: StepRow): Step {
  return {
    seq: row.seq,
    kind: row.kind,
    name: row.name,
    attempt: row.attempt,
    payload: row.payload,
    late: row.late,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
