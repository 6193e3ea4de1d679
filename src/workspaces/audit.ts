import { isChangeKind } from "../base/change.ts";
import type { Caller } from "../base/route.ts";
import type { TenantTx } from "../db/index.ts";
import { announce } from "../engine/index.ts";
import { insertAuditEntry } from "./audit-store.ts";
import { type Changes, changedFields } from "./rules.ts";

/** Who asked for a change, and in which request. */
export interface Origin {
  /** Null: the program itself, for instance the command line. */
  readonly caller: Caller | null;
  readonly requestId: string | null;
}

interface RecordedChange extends Origin {
  /** For instance `task.update`. */
  readonly action: string;
  /** `kind` as in `idPrefixes`, for instance `task` or `modelProvider`; `id` is a UUID. */
  readonly target: { readonly kind: string; readonly id: string | null };
  /** `{field: [before, after]}` without secrets; see `changedFields`. */
  readonly changes?: Changes;
}

/** Writes who changed what to the audit log, in the transaction of the change, and announces it. */
export async function recordChange(tx: TenantTx, change: RecordedChange): Promise<void> {
  const { kind, id } = change.target;
  if (isChangeKind(kind)) announce(tx, { kind, id });
  await insertAuditEntry(tx, {
    workspaceId: tx.workspaceId,
    actorKind: change.caller?.kind ?? "system",
    actorId: change.caller?.id ?? null,
    action: change.action,
    targetKind: kind,
    targetId: id,
    changes: change.changes ?? {},
    requestId: change.requestId,
  });
}

/**
 * Writes to the audit log which of `fields` of an object differ; nothing if none does. `before` undefined: it was made;
 * `after` undefined: it was deleted. Leave secrets out of `fields`.
 */
export async function recordDifference<T extends { readonly id: string }>(
  tx: TenantTx,
  change: Origin & {
    readonly action: string;
    readonly kind: string;
    readonly before: T | undefined;
    readonly after: T | undefined;
    readonly fields: readonly (keyof T & string)[];
  },
): Promise<void> {
  const { caller, requestId, action, kind, before, after, fields } = change;
  const changes = changedFields(before, after, fields);
  if (Object.keys(changes).length === 0) return;
  const id = (after ?? before)?.id ?? null;
  await recordChange(tx, { caller, requestId, action, target: { kind, id }, changes });
}
