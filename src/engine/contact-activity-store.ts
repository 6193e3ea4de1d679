import type { TenantTx } from "../db/index.ts";

/** What a contact has under way of a task. */
export interface ContactActivity {
  /** Queued, running or waiting, in order. */
  readonly ids: readonly string[];
  /** True if one of them waits for the others to end. */
  readonly hasPending: boolean;
}

/**
 * What each of these contacts has under way of a task in lane `bulk`, by the contact's id; contacts with nothing are left
 * out. Each is looked up on its own, so that a task with a hundred thousand executions under way costs no more.
 */
export async function readContactActivity(
  tx: TenantTx,
  taskId: string,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, ContactActivity>> {
  const { rows } = await tx.query<{ contact_id: string; ids: string[]; has_pending: boolean }>({
    name: "read_contact_activity",
    text: `select c.id as contact_id, a.ids, a.has_pending
      from unnest($3::uuid[]) as c (id)
      cross join lateral (select array_agg(e.id order by e.id) as ids, bool_or(e.after_previous) as has_pending
        from executions e
        where e.workspace_id = $1 and e.task_id = $2 and e.contact_id = c.id and e.lane = 'bulk'
          and e.status in ('queued', 'running', 'waiting')) a
      where a.ids is not null`,
    values: [tx.workspaceId, taskId, contactIds],
  });
  return new Map(
    rows.map(({ contact_id, ids, has_pending }) => [contact_id, { ids, hasPending: has_pending }]),
  );
}
