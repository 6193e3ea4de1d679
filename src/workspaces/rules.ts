import ipaddr from "ipaddr.js";
import type { Role, Scope } from "../base/route.ts";

/** Pure decisions of the module. */

const scopeOfRole = { viewer: "read", operator: "write", admin: "admin", owner: "admin" } as const;

/** What a member with this role may do. */
export function roleScope(role: Role): Scope {
  return scopeOfRole[role];
}

/** What counts as one source of attempts: an IPv4 address, or the /64 that a single IPv6 user gets. */
export function attemptSource(ip: string): string {
  if (!ipaddr.isValid(ip)) return "unknown";
  const address = ipaddr.process(ip);
  if (address.kind() === "ipv4") return address.toString();
  return address
    .toByteArray()
    .slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** `{field: [before, after]}` of an audit entry. */
export type Changes = Readonly<Record<string, readonly [before: unknown, after: unknown]>>;

/**
 * The fields of `keys` that differ. `before` undefined means created, `after` undefined means deleted; what a field
 * is not set to counts as null. Leave secrets out of `keys`.
 */
export function changedFields<T extends object>(
  before: T | undefined,
  after: T | undefined,
  keys: readonly (keyof T & string)[],
): Changes {
  const pairs = keys.map((key) => [key, [before?.[key] ?? null, after?.[key] ?? null]] as const);
  return Object.fromEntries(pairs.filter(([, [old, now]]) => JSON.stringify(old) !== JSON.stringify(now)));
}

export interface Membership {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly role: Role;
}

/**
 * The membership that a request is for: that of the workspace it names, else the first (the oldest). Undefined if
 * there is none.
 */
export function chooseMembership(
  memberships: readonly Membership[],
  workspaceId: string | undefined,
): Membership | undefined {
  if (workspaceId === undefined) return memberships[0];
  return memberships.find((membership) => membership.workspaceId === workspaceId);
}

export type InvitationStatus = "open" | "accepted" | "revoked" | "expired";

/** What became of an invitation. */
export function invitationStatus(
  invitation: { readonly acceptedAt: Date | null; readonly revokedAt: Date | null; readonly expiresAt: Date },
  now: Date,
): InvitationStatus {
  if (invitation.acceptedAt !== null) return "accepted";
  if (invitation.revokedAt !== null) return "revoked";
  return invitation.expiresAt <= now ? "expired" : "open";
}
