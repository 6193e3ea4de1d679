import type { Session } from "../../api/generated/model";

/** The secret of a link, which stands behind `#` as `token=…`; an empty text if there is none. */
export function secretIn(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}

/** The name that the first start gives; nobody has named the workspace yet. */
const unnamed = "default";

/** Whether the person owns a workspace that nobody has named: they came by the first owner's link. */
export function needsName(session: Session, workspaceId: string | null): boolean {
  const membership =
    session.memberships.find((one) => one.workspaceId === workspaceId) ?? session.memberships[0];
  return membership?.role === "owner" && membership.workspaceName === unnamed;
}
