import type { SystemTx, TenantTx } from "../db/index.ts";

/** How long a workspace keeps its executions. */
export interface Retention {
  readonly workspaceId: string;
  readonly days: number;
}

/** Executions that are locked in order to be deleted. */
export interface Taken {
  readonly workspace_id: string;
  readonly id: string;
}

/** How much one transaction deletes. */
export interface Bite {
  readonly executions: number;
  readonly steps: number;
  /** Of those stored apart because they are large. */
  readonly payloads: number;
}

/**
 * Locks executions that ended longer ago than their workspace keeps them, the oldest of each workspace first. Those that
 * another process has are passed over.
 */
export async function takeOld(
  tx: SystemTx,
  workspaces: readonly Retention[],
  limit: number,
): Promise<readonly Taken[]> {
  const { rows } = await tx.query<Taken>({
    text: `select o.workspace_id, o.id from unnest($1::uuid[], $2::int[]) as w (workspace_id, days)
      cross join lateral (
        select x.workspace_id, x.id from executions x
        where x.workspace_id = w.workspace_id and x.completed_at < clock_timestamp() - w.days * interval '1 day'
        order by x.completed_at limit $3 for update skip locked) o
      limit $3`,
    values: [workspaces.map(({ workspaceId }) => workspaceId), workspaces.map(({ days }) => days), limit],
  });
  return rows;
}

/** Locks executions of a task. */
export async function takeOfTask(
  tx: SystemTx,
  of: { readonly workspaceId: string; readonly taskId: string },
  limit: number,
): Promise<readonly Taken[]> {
  const { rows } = await tx.query<Taken>({
    text: "select workspace_id, id from executions where workspace_id = $1 and task_id = $2 order by id limit $3 for update",
    values: [of.workspaceId, of.taskId, limit],
  });
  return rows;
}

/**
 * Deletes of these executions as much as fits: the journal first, then those that have none left. Without that order one
 * long journal, or many, would be a single statement that no timeout is long enough for.
 */
export async function deleteTaken(tx: SystemTx, taken: readonly Taken[], most: Bite): Promise<void> {
  const keys = [taken.map((row) => row.workspace_id), taken.map(({ id }) => id)];
  await tx.query({ text: deleteJournalText("execution_steps"), values: [...keys, most.steps] });
  await tx.query({ text: deleteJournalText("execution_payloads"), values: [...keys, most.payloads] });
  await tx.query({
    text: `delete from executions e using unnest($1::uuid[], $2::uuid[]) as n (workspace_id, id)
      where e.workspace_id = n.workspace_id and e.id = n.id
        and not exists (select from execution_steps s where s.workspace_id = n.workspace_id and s.execution_id = n.id)
        and not exists (select from execution_payloads p where p.workspace_id = n.workspace_id and p.execution_id = n.id)`,
    values: keys,
  });
}

/** The inner limit keeps to the index, the outer one ends the walk. */
function deleteJournalText(table: "execution_steps" | "execution_payloads"): string {
  return `delete from ${table} where ctid = any (array(
      select j.row from unnest($1::uuid[], $2::uuid[]) as n (workspace_id, id) cross join lateral (
        select x.ctid as row from ${table} x where x.workspace_id = n.workspace_id and x.execution_id = n.id
        order by x.seq limit $3) j
      limit $3))`;
}

/** True if a task has more executions and steps, together, than `most`. Looks at no more than that. */
export async function hasLongJournals(tx: TenantTx, taskId: string, most: number): Promise<boolean> {
  const { rows } = await tx.query<{ found: number }>({
    text: `select count(*)::int as found from (
        select from executions e
        left join lateral (select from execution_steps s
          where s.workspace_id = e.workspace_id and s.execution_id = e.id limit $3) s on true
        where e.workspace_id = $1 and e.task_id = $2 limit $3) t`,
    values: [tx.workspaceId, taskId, most + 1],
  });
  return (rows[0]?.found ?? 0) > most;
}

/** Deletes a task's executions with their journals, all at once: for tasks that have few. */
export async function deleteExecutionsOfTask(tx: TenantTx, taskId: string): Promise<void> {
  await tx.query({
    text: "delete from executions where workspace_id = $1 and task_id = $2",
    values: [tx.workspaceId, taskId],
  });
}
