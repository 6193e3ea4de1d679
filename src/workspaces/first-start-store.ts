import type { Queryable, TenantTx } from "../db/index.ts";

export interface FirstStart {
  readonly workspaceId: string;
  /** The key that was made to be printed; null if it came from the settings. */
  readonly apiKeyId: string | null;
}

export async function insertFirstStart(
  tx: Queryable,
  row: FirstStart & { readonly demoWanted: boolean },
): Promise<void> {
  await tx.query({
    text: "insert into first_start (workspace_id, api_key_id, demo_wanted) values ($1, $2, $3)",
    values: [row.workspaceId, row.apiKeyId, row.demoWanted],
  });
}

/** Undefined before the first start, and where it was made by a version that kept no such row. */
export async function selectFirstStart(tx: Queryable): Promise<FirstStart | undefined> {
  const { rows } = await tx.query<{ workspace_id: string; api_key_id: string | null }>({
    text: "select workspace_id, api_key_id from first_start",
  });
  const row = rows[0];
  return row && { workspaceId: row.workspace_id, apiKeyId: row.api_key_id };
}

/** Takes the wish for a demo back; answers whether there was one. Of several that ask at once one hears yes. */
export async function clearDemoWish(tx: TenantTx): Promise<boolean> {
  const result = await tx.db
    .updateTable("firstStart")
    .set({ demoWanted: false })
    .where("workspaceId", "=", tx.workspaceId)
    .where("demoWanted", "=", true)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
