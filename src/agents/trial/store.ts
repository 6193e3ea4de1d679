import type { TenantTx } from "../../db/index.ts";

/** From here on whatever would write in this transaction fails. */
export async function forbidWrites(tx: TenantTx): Promise<void> {
  await tx.query({ text: "set transaction read only" });
}
