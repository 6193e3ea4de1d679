import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";
import type { Execution, ExecutionStatus, Outcome, Reason, Trigger } from "./execution.ts";
import { type ExecutionRow, executionColumns, toExecution } from "./rows.ts";

export interface ExecutionFilter {
  /** Part of what its task or its contact is found by, in any case. */
  readonly q?: string | undefined;
  readonly taskId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly status?: readonly ExecutionStatus[] | undefined;
  readonly kind?: string | undefined;
  readonly trigger?: Trigger | undefined;
  readonly outcome?: Outcome | undefined;
  /** Queued at this instant or later. */
  readonly from?: Date | undefined;
  /** Queued before this instant. */
  readonly to?: Date | undefined;
}

/** An id tells when it was made, by the clock of the process that made it, `queued_at` by the database's. */
const clocksApartMs = 3_600_000;
const latestIdMs = 2 ** 48 - 1;

/** The smallest id that can be made at a time, in milliseconds since 1970. */
function firstIdAt(ms: number): string {
  const time = Math.min(Math.max(0, ms), latestIdMs).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** Executions, newest first. */
export async function listExecutions(
  tx: TenantTx,
  filter: ExecutionFilter,
  page: Page,
): Promise<PageOf<Execution>> {
  const before = pageStart(page);
  if (filter.q !== undefined) return searchExecutions(tx, filter.q, filter, before, page.limit);
  const equal = [
    ["task_id", filter.taskId],
    ["agent_id", filter.agentId],
    ["contact_id", filter.contactId],
    ["kind", filter.kind],
    ["trigger", filter.trigger],
  ] as const;
  const values: unknown[] = [tx.workspaceId, page.limit + 1];
  const conditions = ["e.workspace_id = $1"];
  for (const [column, value] of equal) {
    if (value !== undefined) conditions.push(`e.${column} = $${values.push(value)}`);
  }
  // Spelled out: the indexes for statuses and outcomes hold some of them only, and are of no use for a parameter.
  if (filter.status !== undefined)
    conditions.push(`e.status in (${filter.status.map(quoteWord).join(", ")})`);
  if (filter.outcome !== undefined) conditions.push(`e.outcome = ${quoteWord(filter.outcome)}`);
  if (filter.conversationId !== undefined) {
    const conversation = `$${values.push(filter.conversationId)}`;
    conditions.push(`e.id in (
      select id from executions where workspace_id = $1 and conversation_id = ${conversation}
      union all
      select id from executions where workspace_id = $1 and conversation_ids <> '{}' and ${conversation} = any(conversation_ids))`);
  }
  if (filter.from !== undefined) {
    conditions.push(`e.queued_at >= $${values.push(filter.from)}`);
    // What narrows the index down that the order follows.
    conditions.push(`e.id >= $${values.push(firstIdAt(filter.from.getTime() - clocksApartMs))}`);
  }
  if (filter.to !== undefined) {
    conditions.push(`e.queued_at < $${values.push(filter.to)}`);
    conditions.push(`e.id < $${values.push(firstIdAt(filter.to.getTime() + clocksApartMs))}`);
  }
  if (before !== undefined) conditions.push(`e.id < $${values.push(before)}`);
  const { rows } = await tx.query<ExecutionRow>({
    text: `select ${executionColumns("e")} from executions e where ${conditions.join(" and ")} order by e.id desc limit $2`,
    values,
  });
  return pageFrom(rows.map(toExecution), page.limit);
}

async function searchExecutions(
  tx: TenantTx,
  q: string,
  filter: ExecutionFilter,
  before: string | undefined,
  limit: number,
): Promise<PageOf<Execution>> {
  const { rows } = await tx.query<ExecutionRow>({
    text: `select ${executionColumns("e")} from executions e where e.workspace_id = $1 and e.id = any (array(
      select find_executions($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16))) order by e.id desc`,
    values: [
      tx.workspaceId,
      q,
      limit + 1,
      before,
      filter.taskId,
      filter.agentId,
      filter.contactId,
      filter.conversationId,
      filter.status,
      filter.kind,
      filter.trigger,
      filter.outcome,
      filter.from,
      filter.to,
      filter.from && firstIdAt(filter.from.getTime() - clocksApartMs),
      filter.to && firstIdAt(filter.to.getTime() + clocksApartMs),
    ],
  });
  return pageFrom(rows.map(toExecution), limit);
}

/** What an overview of a task shows of one of its executions. */
export interface RecentExecution {
  readonly id: string;
  readonly status: ExecutionStatus;
  readonly outcome: Outcome | null;
  readonly reason: Reason | null;
  readonly queuedAt: Date;
  readonly completedAt: Date | null;
}

interface RecentRow {
  readonly task_id: string;
  readonly id: string;
  readonly status: ExecutionStatus;
  readonly outcome: Outcome | null;
  readonly reason_code: string | null;
  readonly reason_message: string | null;
  readonly queued_at: Date;
  readonly completed_at: Date | null;
}

/** At most `most` executions of each of these tasks, newest first; tasks without any are left out. */
export async function selectRecentOfTasks(
  tx: TenantTx,
  taskIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly RecentExecution[]>> {
  const { rows } = await tx.query<RecentRow>({
    name: "select_recent_of_tasks",
    text: `select t.id as task_id, e.id, e.status, e.outcome, e.reason_code, e.reason_message, e.queued_at, e.completed_at
      from unnest($2::uuid[]) as t (id)
      cross join lateral (select * from executions e where e.workspace_id = $1 and e.task_id = t.id
        order by e.id desc limit $3) e
      order by e.id desc`,
    values: [tx.workspaceId, taskIds, most],
  });
  const byTask = Map.groupBy(rows, (row) => row.task_id);
  return new Map([...byTask].map(([taskId, found]) => [taskId, found.map(toRecent)]));
}

function toRecent(row: RecentRow): RecentExecution {
  const { id, status, outcome, reason_code: code, reason_message: message } = row;
  const reason = code === null ? null : { code, message: message ?? "" };
  return { id, status, outcome, reason, queuedAt: row.queued_at, completedAt: row.completed_at };
}

/** Which of these tasks have an execution that took part in a conversation. */
export async function selectTasksIn(
  tx: TenantTx,
  conversationId: string,
  taskIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ task_id: string }>({
    name: "select_tasks_in_conversation",
    text: `select task_id from executions
        where workspace_id = $1 and conversation_id = $2 and task_id = any($3::uuid[])
      union
      select task_id from executions
        where workspace_id = $1 and conversation_ids <> '{}' and $2 = any(conversation_ids) and task_id = any($3::uuid[])`,
    values: [tx.workspaceId, conversationId, taskIds],
  });
  return new Set(rows.map((row) => row.task_id));
}

/** A word of ours as an SQL literal. */
function quoteWord(word: string): string {
  if (!/^[a-z_]+$/.test(word)) throw new Error(`"${word}" is no status or outcome`);
  return `'${word}'`;
}
