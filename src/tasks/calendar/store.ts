import type { TenantTx } from "../../db/index.ts";
import type { Schedule } from "../schedule/index.ts";
import type { TaskState } from "../task.ts";
import type { ContactTimes, ScheduledTask } from "./rules.ts";

/* These statements have no name, so that they are planned for their values; see upcoming/store.ts. */

/** Which tasks a calendar is about. */
export interface CalendarFilter {
  readonly agentId?: string | undefined;
  readonly contactId?: string | undefined;
}

interface TaskRow {
  readonly task_id: string;
  readonly name: string;
  readonly agent_id: string | null;
  readonly contact_id: string | null;
  readonly state: TaskState;
  readonly runs_count: number;
  readonly expires_at: Date | null;
}

const columns = "t.id as task_id, t.name, t.agent_id, t.contact_id, t.state, s.runs_count, t.expires_at";

function toCalendarTask(row: TaskRow) {
  return {
    taskId: row.task_id,
    name: row.name,
    agentId: row.agent_id,
    contactId: row.contact_id,
    state: row.state,
    runsCount: row.runs_count,
    expiresAt: row.expires_at,
  };
}

/**
 * Active tasks with a run before `to`, the soonest next run first. What runs once, before `from`, takes no place that
 * another could have.
 */
export async function selectScheduled(
  tx: TenantTx,
  filter: CalendarFilter,
  window: { readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<readonly ScheduledTask[]> {
  const values: unknown[] = [tx.workspaceId, window.from, window.to, window.limit];
  const conditions: string[] = [];
  if (filter.agentId !== undefined) conditions.push(` and t.agent_id = $${values.push(filter.agentId)}`);
  if (filter.contactId !== undefined)
    conditions.push(` and t.contact_id = $${values.push(filter.contactId)}`);
  const { rows } = await tx.query<TaskRow & { readonly rule: Schedule; readonly anchor_at: Date }>({
    text: `select ${columns}, s.rule, s.anchor_at
      from task_schedules s join tasks t on t.workspace_id = s.workspace_id and t.id = s.task_id
      where s.workspace_id = $1 and s.next_run_at < $3 and t.state = 'active'
        and (s.next_run_at >= $2 or s.rule ->> 'kind' <> 'once')${conditions.join("")}
      order by s.next_run_at, s.task_id limit $4`,
    values,
  });
  return rows.map((row) => ({ ...toCalendarTask(row), schedule: row.rule, scheduledAt: row.anchor_at }));
}

/**
 * The first `limit` times of contacts between two instants for active tasks with a `relative` schedule, by task and by
 * the stretches that begin at each of `starts`; also how many times that were.
 */
export async function selectContactTimes(
  tx: TenantTx,
  filter: CalendarFilter,
  window: {
    readonly from: Date;
    readonly to: Date;
    readonly starts: readonly Date[];
    readonly limit: number;
  },
): Promise<{ readonly times: readonly ContactTimes[]; readonly seen: number }> {
  const { from, to, starts, limit } = window;
  const values: unknown[] = [tx.workspaceId, from, to, starts, limit];
  const conditions: string[] = [];
  if (filter.agentId !== undefined) conditions.push(` and t.agent_id = $${values.push(filter.agentId)}`);
  if (filter.contactId !== undefined)
    conditions.push(` and r.contact_id = $${values.push(filter.contactId)}`);
  const { rows } = await tx.query<
    TaskRow & {
      readonly max_runs: number | null;
      readonly first: Date;
      readonly last: Date;
      readonly count: number;
    }
  >({
    text: `with due as (
        select r.task_id, r.due_at from task_contact_runs r
          join tasks t on t.workspace_id = r.workspace_id and t.id = r.task_id
        where r.workspace_id = $1 and r.settled_at is null and r.due_at >= $2 and r.due_at < $3 and t.state = 'active'
          and (t.expires_at is null or r.due_at < t.expires_at)${conditions.join("")}
        order by r.due_at limit $5),
      days as (
        select task_id, min(due_at) as first, max(due_at) as last, count(*)::int as count from due
        group by task_id, width_bucket(due_at, $4::timestamptz[]))
      select ${columns}, (s.rule ->> 'maxRuns')::int as max_runs, d.first, d.last, d.count
      from days d join tasks t on t.workspace_id = $1 and t.id = d.task_id
        join task_schedules s on s.workspace_id = $1 and s.task_id = d.task_id
      order by d.first`,
    values,
  });
  const times = rows.map((row) => ({
    ...toCalendarTask(row),
    maxRuns: row.max_runs,
    first: row.first,
    last: row.last,
    count: row.count,
  }));
  return { times, seen: times.reduce((sum, { count }) => sum + count, 0) };
}
