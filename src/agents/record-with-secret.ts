import type { TenantTx } from "../db/index.ts";
import { changedFields, type Origin, recordChange } from "../workspaces/index.ts";

/**
 * As `recordDifference`, for objects with a sealed secret. One that another one replaced gets an entry too, under the
 * field that tells whether there is any: that it happened is worth one, though nothing that may be shown differs.
 */
export async function recordWithSecret<T extends { readonly id: string }>(
  tx: TenantTx,
  change: Origin & {
    readonly action: string;
    readonly kind: string;
    readonly before: T | undefined;
    readonly after: T | undefined;
    readonly fields: readonly (keyof T & string)[];
    /** `sealed` answers null for an object without one. */
    readonly secret: { readonly field: keyof T & string; readonly sealed: (object: T) => Buffer | null };
  },
): Promise<void> {
  const { caller, requestId, action, kind, before, after, secret } = change;
  const changed = changedFields(before, after, change.fields);
  const sealedBefore = before === undefined ? null : secret.sealed(before);
  const sealedAfter = after === undefined ? null : secret.sealed(after);
  const isReplaced = sealedBefore !== null && sealedAfter !== null && !sealedBefore.equals(sealedAfter);
  const changes = isReplaced ? { ...changed, [secret.field]: [true, true] as const } : changed;
  if (Object.keys(changes).length === 0) return;
  const id = (after ?? before)?.id ?? null;
  await recordChange(tx, { caller, requestId, action, target: { kind, id }, changes });
}
