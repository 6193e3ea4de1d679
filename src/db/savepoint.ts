import type { PlacedChange } from "../base/change.ts";
import type { TenantTx } from "./database.ts";

/**
 * Runs `work` so that its failure undoes only its own statements and effects, and the transaction can go on. Throws
 * what `work` threw.
 */
export async function withSavepoint<T>(tx: TenantTx, work: (part: TenantTx) => Promise<T>): Promise<T> {
  const effects: (() => void)[] = [];
  const changes: PlacedChange[] = [];
  await tx.query({ text: "savepoint part" });
  try {
    const result = await work({
      ...tx,
      afterCommit: (effect) => effects.push(effect),
      announce: (change) => changes.push(change),
    });
    await tx.query({ text: "release savepoint part" });
    for (const effect of effects) tx.afterCommit(effect);
    for (const change of changes) tx.announce(change);
    return result;
  } catch (error) {
    // On a broken connection there is nothing to go back to; the transaction's end tells.
    await tx.query({ text: "rollback to savepoint part; release savepoint part" }).catch(() => undefined);
    throw error;
  }
}
