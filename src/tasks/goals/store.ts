import type { TenantTx } from "../../db/index.ts";
import type { Goal } from "../task.ts";

/** Which of these contacts a task is over for. */
export async function selectReached(
  tx: TenantTx,
  taskId: string,
  contactIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ contact_id: string }>({
    name: "select_goals_reached",
    text: `select contact_id from task_goals_reached
      where workspace_id = $1 and task_id = $2 and contact_id = any($3::uuid[])`,
    values: [tx.workspaceId, taskId, contactIds],
  });
  return new Set(rows.map((row) => row.contact_id));
}

/** Notes that a task with an audience is over for one contact; the first goal stands. */
export async function insertReached(
  tx: TenantTx,
  reached: { readonly taskId: string; readonly contactId: string; readonly goal: Goal },
): Promise<void> {
  await tx.query({
    name: "insert_goal_reached",
    text: `insert into task_goals_reached (workspace_id, task_id, contact_id, goal) values ($1, $2, $3, $4)
      on conflict do nothing`,
    values: [tx.workspaceId, reached.taskId, reached.contactId, reached.goal],
  });
}

export interface EndedTask {
  readonly id: string;
  readonly hasAudience: boolean;
}

/** Tasks that have not ended, that this goal ends, and that are about this contact, alone or with others; in order. */
export async function selectTasksEndedBy(
  tx: TenantTx,
  goal: Goal,
  contactId: string,
): Promise<readonly EndedTask[]> {
  const { rows } = await tx.query<{ id: string; has_audience: boolean }>({
    name: "select_tasks_ended_by",
    text: `select id, audience is not null as has_audience from tasks where workspace_id = $1 and (contact_id = $2 or contact_id is null)
        and end_when <> '{}' and state <> 'ended' and $3 = any(end_when)
      order by id`,
    values: [tx.workspaceId, contactId, goal],
  });
  return rows.map(({ id, has_audience }) => ({ id, hasAudience: has_audience }));
}
