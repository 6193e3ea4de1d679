import { type FieldError, invalidFields } from "../base/errors.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { type NotificationKind, notificationKinds } from "./kinds.ts";
import { selectPreferences, upsertPreferences } from "./preference-store.ts";

/** Whether a member is mailed notifications of a kind. */
export interface Preference extends NotificationKind {
  readonly email: boolean;
}

/** What a member is mailed, of every kind that the program sends. */
export async function listPreferences(
  core: Core,
  tx: TenantTx,
  memberId: string,
): Promise<readonly Preference[]> {
  const chosen = await selectPreferences(tx, memberId);
  return core.extensions
    .of(notificationKinds)
    .map((kind) => ({ ...kind, email: isWanted(chosen, kind.kind) }));
}

/** True if the member is to be mailed notifications of this kind. */
export async function wantsMail(tx: TenantTx, memberId: string, kind: string): Promise<boolean> {
  return isWanted(await selectPreferences(tx, memberId), kind);
}

function isWanted(chosen: ReadonlyMap<string, boolean>, kind: string): boolean {
  return chosen.get(kind) ?? true;
}

/** Changes what a member is mailed of the kinds given. Throws 422 for a kind that is unknown or named twice. */
export async function changePreferences(
  core: Core,
  tx: TenantTx,
  memberId: string,
  changes: readonly { readonly kind: string; readonly email: boolean }[],
): Promise<readonly Preference[]> {
  const known = core.extensions.of(notificationKinds).map(({ kind }) => kind);
  const named = changes.map(({ kind }) => kind);
  const faults = named.flatMap((kind, at) => findFault(kind, at, named, known) ?? []);
  if (faults.length > 0) throw invalidFields(...faults);
  await upsertPreferences(tx, memberId, changes);
  return await listPreferences(core, tx, memberId);
}

function findFault(
  kind: string,
  at: number,
  named: readonly string[],
  known: readonly string[],
): FieldError | undefined {
  const path = `items.${at}.kind`;
  if (!known.includes(kind))
    return { path, code: "not_one_of", message: `must be one of ${known.join(", ")}` };
  if (named.indexOf(kind) < at) return { path, code: "duplicate", message: "is named twice" };
  return undefined;
}
