import { AppError, requireFound } from "../base/errors.ts";
import type { Page, PageOf } from "../base/page.ts";
import type { Caller, Role } from "../base/route.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { selectApiKey } from "./api-key-store.ts";
import { type Origin, recordChange } from "./audit.ts";
import { workspaceErrors } from "./errors.ts";
import {
  countOwners,
  deleteMember,
  type Member,
  type MemberFilter,
  selectMember,
  selectMembers,
  selectMembersWithRoles,
  updateMemberRole,
} from "./member-store.ts";
import { changedFields } from "./rules.ts";
import { lockWorkspace } from "./workspace-store.ts";

export type { Member } from "./member-store.ts";

const audited = ["name", "email", "role"] as const;

/** Throws `owner_only` unless the caller is an owner, the program itself, or a key with an owner's rights. */
export async function requireOwner(tx: TenantTx, caller: Caller | null): Promise<void> {
  if (caller === null || caller.role === "owner") return;
  const key = caller.kind === "api_key" ? await selectApiKey(tx, caller.id) : undefined;
  if (key?.ownerRights !== true) throw new AppError(workspaceErrors.owner_only);
}

/** The workspace's members, newest first. */
export async function listMembers(tx: TenantTx, filter: MemberFilter, page: Page): Promise<PageOf<Member>> {
  return await selectMembers(tx, filter, page);
}

/** Everybody with one of these roles; meant for the few who are told of something. */
export async function listMembersWithRoles(tx: TenantTx, roles: readonly Role[]): Promise<readonly Member[]> {
  return await selectMembersWithRoles(tx, roles);
}

/** The member, or 404. */
export async function getMember(tx: TenantTx, id: string): Promise<Member> {
  const member = requireFound(await selectMember(tx, id), "member");
  return member;
}

/** The member, or undefined if it was removed. */
export async function findMember(tx: TenantTx, id: string): Promise<Member | undefined> {
  return await selectMember(tx, id);
}

/** Who did something, in a sentence that stays: a member's or an API key's name as it is now. */
export async function nameCaller(tx: TenantTx, caller: Caller | null): Promise<string> {
  if (caller === null) return "the program itself";
  if (caller.kind === "member") return (await selectMember(tx, caller.id))?.name ?? "a member";
  const key = await selectApiKey(tx, caller.id);
  return key === undefined ? "an API key" : `the API key “${key.name}”`;
}

/** Changes a member's role. Throws `owner_only` where an owner is made or changed, and `last_owner`. */
export async function changeMemberRole(
  core: Core,
  tx: TenantTx,
  id: string,
  role: Role,
  origin: Origin,
): Promise<Member> {
  // The lock puts two owners who demote each other one behind the other.
  await lockWorkspace(tx);
  const before = await getMember(tx, id);
  if (before.role === role) return before;
  if (before.role === "owner" || role === "owner") await requireOwner(tx, origin.caller);
  if (before.role === "owner") await requireAnotherOwner(tx);
  const after = await updateMemberRole(tx, id, role, core.clock.now());
  await recordChange(tx, {
    ...origin,
    action: "member.update",
    target: { kind: "member", id },
    changes: changedFields(before, after, audited),
  });
  return after;
}

/** Takes a person out of the workspace; their account stays. Throws `owner_only` and `last_owner`. */
export async function removeMember(tx: TenantTx, id: string, origin: Origin): Promise<void> {
  await lockWorkspace(tx);
  const before = await getMember(tx, id);
  if (before.role === "owner") {
    await requireOwner(tx, origin.caller);
    await requireAnotherOwner(tx);
  }
  await deleteMember(tx, id);
  await recordChange(tx, {
    ...origin,
    action: "member.remove",
    target: { kind: "member", id },
    changes: changedFields(before, undefined, audited),
  });
}

async function requireAnotherOwner(tx: TenantTx): Promise<void> {
  if ((await countOwners(tx, tx.workspaceId)) < 2) throw new AppError(workspaceErrors.last_owner);
}
