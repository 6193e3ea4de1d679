import type { Session } from "../../api/generated/model";
import { chooseMembership, isUnnamed } from "../../session/rules.ts";

/** The secret of a link, which stands behind `#` as `token=…`; an empty text if there is none. */
export function secretIn(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}

/** Whether the person owns a workspace that nobody has named: they came by the first owner's link. */
export function needsName({ memberships }: Session, workspaceId: string | null): boolean {
  const membership = chooseMembership(memberships, workspaceId);
  return membership?.role === "owner" && isUnnamed(membership);
}
