import type { TenantTx } from "../db/index.ts";

/** How many messages of an execution went out, are on their way or are held: doing it again would repeat them. */
export async function countSentOf(tx: TenantTx, executionId: string): Promise<number> {
  const { rows } = await tx.query<{ sent: number }>({
    name: "count_sent_of_execution",
    text: `select count(*)::int as sent from messages
      where workspace_id = $1 and execution_id = $2 and direction = 'out'
        and status not in ('refused', 'withdrawn', 'failed')`,
    values: [tx.workspaceId, executionId],
  });
  return rows[0]?.sent ?? 0;
}
