import type { SessionMembershipsItem } from "../api/generated/model";

export type Membership = SessionMembershipsItem;
export type Scope = "read" | "write" | "admin" | "owner";

const scopes: readonly Scope[] = ["read", "write", "admin", "owner"];
const scopeOfRole: Readonly<Record<Membership["role"], Scope>> = {
  viewer: "read",
  operator: "write",
  admin: "admin",
  owner: "owner",
};

/** Whether a role may do what needs the scope; the server decides, this only keeps buttons away that it would refuse. */
export function covers(role: Membership["role"], needed: Scope): boolean {
  return scopes.indexOf(scopeOfRole[role]) >= scopes.indexOf(needed);
}

/** The chosen membership, else the first, as the server takes it. */
export function chooseMembership(
  memberships: readonly Membership[],
  workspaceId: string | null,
): Membership | undefined {
  return memberships.find((membership) => membership.workspaceId === workspaceId) ?? memberships[0];
}

/** The name that the first start gives a workspace. */
const firstName = "default";

/** Whether nobody has named the workspace yet. */
export function isUnnamed({ workspaceName }: Pick<Membership, "workspaceName">): boolean {
  return workspaceName === firstName;
}
