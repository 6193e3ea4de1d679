import type { TenantTx } from "../../db/index.ts";

/** What makes two follow-ups the same. Ids are UUIDs. */
export interface FollowUp {
  readonly contactId: string | null;
  readonly conversationId: string | null;
  readonly dueAt: Date;
}

/** Lets one transaction at a time make follow-ups for a contact, so that what it reads of them stays true. */
export async function lockFollowUps(tx: TenantTx, contactId: string | null): Promise<void> {
  await tx.query({
    name: "lock_follow_ups",
    text: "select pg_advisory_xact_lock(hashtextextended('follow_ups' || $1, 0))",
    values: [`${tx.workspaceId} ${contactId ?? ""}`],
  });
}

/** The task of a follow-up that is there already. */
export async function selectFollowUp(tx: TenantTx, followUp: FollowUp): Promise<string | undefined> {
  const { rows } = await tx.query<{ task_id: string }>({
    name: "select_follow_up",
    text: `select task_id from task_follow_ups
      where workspace_id = $1 and contact_id is not distinct from $2 and conversation_id is not distinct from $3
        and due_at = $4`,
    values: [tx.workspaceId, followUp.contactId, followUp.conversationId, followUp.dueAt],
  });
  return rows[0]?.task_id;
}

/** How many follow-ups for a contact have not had their time yet. */
export async function countOpenFollowUps(tx: TenantTx, contactId: string | null): Promise<number> {
  const { rows } = await tx.query<{ open: number }>({
    name: "count_open_follow_ups",
    text: `select count(*)::int as open from task_follow_ups f
      join tasks t on t.workspace_id = f.workspace_id and t.id = f.task_id
      where f.workspace_id = $1 and f.contact_id is not distinct from $2 and f.due_at > now() and t.state <> 'ended'`,
    values: [tx.workspaceId, contactId],
  });
  return rows[0]?.open ?? 0;
}

export async function insertFollowUp(tx: TenantTx, taskId: string, followUp: FollowUp): Promise<void> {
  await tx.query({
    name: "insert_follow_up",
    text: `insert into task_follow_ups (workspace_id, task_id, contact_id, conversation_id, due_at)
      values ($1, $2, $3, $4, $5)`,
    values: [tx.workspaceId, taskId, followUp.contactId, followUp.conversationId, followUp.dueAt],
  });
}
