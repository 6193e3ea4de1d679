import type { Member } from "../../api/generated/model";

export type Role = Member["role"];

export const roles: readonly Role[] = ["viewer", "operator", "admin", "owner"];

/** What a role may do, for who chooses one. */
export const roleWords: Readonly<Record<Role, string>> = {
  viewer: "viewer: reads everything",
  operator: "operator: works with tasks, contacts and conversations",
  admin: "admin: also changes settings and members",
  owner: "owner: also makes owners",
};
