import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import type { TenantTx } from "../db/index.ts";
import type { Execution, ExecutionStatus, Outcome, Trigger } from "./execution.ts";
import { type ExecutionRow, executionColumns, toExecution } from "./rows.ts";

export interface ExecutionFilter {
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

/** A word of ours as an SQL literal. */
function quoteWord(word: string): string {
  if (!/^[a-z_]+$/.test(word)) throw new Error(`"${word}" is no status or outcome`);
  return `'${word}'`;
}
