import type { Queryable } from "../db/index.ts";

/**
 * That nothing of the task is under way and nothing older waits. In a run over an audience, lane `bulk`, each contact
 * has an order of its own.
 */
const nothingBefore = `not exists (select 1 from executions a
  where a.workspace_id = e.workspace_id and a.task_id = e.task_id and a.status in ('queued', 'running', 'waiting')
    and a.id <> e.id and (not a.after_previous or a.id < e.id)
    and (e.lane <> 'bulk' or a.contact_id is not distinct from e.contact_id))`;

/**
 * Queues what waits for the earlier executions of a task, if none of those is left, one after another; answers how many.
 * The caller holds
 * whatever keeps others from starting executions of the task meanwhile.
 */
export async function releaseAfterPrevious(
  tx: Queryable,
  task: { readonly workspaceId: string; readonly taskId: string },
): Promise<number> {
  const { rowCount } = await tx.query({
    name: "release_after_previous",
    text: `update executions e set status = 'queued', after_previous = false, available_at = clock_timestamp(),
        reason_code = null, reason_message = null
      where e.workspace_id = $1 and e.task_id = $2 and e.after_previous and e.status = 'waiting'
        and ${nothingBefore}`,
    values: [task.workspaceId, task.taskId],
  });
  return rowCount ?? 0;
}

/** Tasks of which something waits although nothing is left to wait for, at most `limit`. */
export async function selectReleasable(
  tx: Queryable,
  limit: number,
): Promise<readonly { readonly workspaceId: string; readonly taskId: string }[]> {
  const { rows } = await tx.query<{ workspace_id: string; task_id: string }>({
    text: `select distinct e.workspace_id, e.task_id from executions e
      where e.after_previous and e.status = 'waiting' and e.task_id is not null
        and ${nothingBefore}
      limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({ workspaceId: row.workspace_id, taskId: row.task_id }));
}
