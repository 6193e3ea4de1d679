import type { TenantTx } from "../../db/index.ts";
import type { Audience } from "../task.ts";

/*
 * None of these statements has a name: they are planned for their values each time. Prepared, they would be planned for
 * the average workspace and the average contact, and a workspace with most of the tasks would wait for seconds.
 */

/** The next run of a task. */
export interface NextRun {
  readonly taskId: string;
  readonly name: string;
  readonly at: Date;
}

interface NextRunRow {
  readonly task_id: string;
  readonly name: string;
  readonly at: Date;
}

function toNextRun(row: NextRunRow): NextRun {
  return { taskId: row.task_id, name: row.name, at: row.at };
}

/** The next runs of a contact's active tasks, the soonest first. */
export async function selectNextOfContact(
  tx: TenantTx,
  contactId: string,
  limit: number,
): Promise<readonly NextRun[]> {
  const { rows } = await tx.query<NextRunRow>({
    text: `select t.id as task_id, t.name, s.next_run_at as at
      from tasks t join task_schedules s on s.workspace_id = t.workspace_id and s.task_id = t.id
      where t.workspace_id = $1 and t.contact_id = $2 and t.state = 'active' and s.next_run_at is not null
        and (t.expires_at is null or s.next_run_at < t.expires_at)
      order by s.next_run_at, t.id limit $3`,
    values: [tx.workspaceId, contactId, limit],
  });
  return rows.map(toNextRun);
}

/** The same for active tasks with an audience, whoever is in it, without those that are over for the contact. */
export async function selectNextOfAudiences(
  tx: TenantTx,
  contactId: string,
  limit: number,
): Promise<readonly (NextRun & { readonly filter: Audience["filter"] })[]> {
  const { rows } = await tx.query<NextRunRow & { readonly audience: Audience }>({
    text: `select t.id as task_id, t.name, s.next_run_at as at, t.audience
      from task_schedules s join tasks t on t.workspace_id = s.workspace_id and t.id = s.task_id
      where s.workspace_id = $1 and s.has_audience and s.next_run_at is not null and t.state = 'active'
        and t.audience is not null and (t.expires_at is null or s.next_run_at < t.expires_at)
        and not exists (select from task_goals_reached g
          where g.workspace_id = t.workspace_id and g.task_id = t.id and g.contact_id = $2)
      order by s.next_run_at, s.task_id limit $3`,
    values: [tx.workspaceId, contactId, limit],
  });
  return rows.map((row) => ({ ...toNextRun(row), filter: row.audience.filter }));
}

/** A contact's times in active tasks with a `relative` schedule, the soonest first. */
export async function selectTimesOfContact(
  tx: TenantTx,
  contactId: string,
  limit: number,
): Promise<readonly NextRun[]> {
  const { rows } = await tx.query<NextRunRow>({
    text: `select t.id as task_id, t.name, r.due_at as at
      from task_contact_runs r join tasks t on t.workspace_id = r.workspace_id and t.id = r.task_id
      where r.workspace_id = $1 and r.contact_id = $2 and r.settled_at is null and t.state = 'active'
        and (t.expires_at is null or r.due_at < t.expires_at)
        and not exists (select from task_goals_reached g
          where g.workspace_id = t.workspace_id and g.task_id = t.id and g.contact_id = $2)
      order by r.due_at, t.id limit $3`,
    values: [tx.workspaceId, contactId, limit],
  });
  return rows.map(toNextRun);
}

/** The times of a task's contacts after an instant, each once, in order. */
export async function selectTimesOfTask(
  tx: TenantTx,
  taskId: string,
  after: Date,
  limit: number,
): Promise<readonly Date[]> {
  const { rows } = await tx.query<{ due_at: Date }>({
    text: `select distinct due_at from task_contact_runs
      where workspace_id = $1 and task_id = $2 and settled_at is null and due_at > $3
      order by due_at limit $4`,
    values: [tx.workspaceId, taskId, after, limit],
  });
  return rows.map((row) => row.due_at);
}

/** Names of tasks by id; those that are gone are left out. */
export async function selectNames(
  tx: TenantTx,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (taskIds.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; name: string }>({
    text: "select id, name from tasks where workspace_id = $1 and id = any($2::uuid[])",
    values: [tx.workspaceId, taskIds],
  });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
