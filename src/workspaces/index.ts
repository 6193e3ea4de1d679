import type { Core, Module } from "../engine/index.ts";
import type { Auth } from "./auth.ts";
import { workspaceErrors } from "./errors.ts";
import { workspacesRoutes } from "./http.ts";

export { createApiKey } from "./api-keys.ts";
export { createSourceLimit } from "./attempts.ts";
export { type Origin, recordChange, recordDifference } from "./audit.ts";
export { type Auth, createAuth } from "./auth.ts";
export { authenticate, memberAccess } from "./authenticate.ts";
export { workspaceErrors } from "./errors.ts";
export { workspaceBudgetChanged, workspaceUnfrozen } from "./extension-points.ts";
export {
  ensureFirstWorkspace,
  firstWorkspaceId,
  issueOwnerToken,
  reissueFirstKey,
  takeDemoWish,
} from "./first-workspace.ts";
export { invitationLink } from "./invitations.ts";
export type { Mail } from "./mails.ts";
export { findMember, listMembersWithRoles, nameCaller } from "./members.ts";
export { changedFields } from "./rules.ts";
export {
  createWorkspace,
  freezeWorkspace,
  getWorkspace,
  getWorkspaceForSend,
  listExecutionRetention,
  listIdleClosing,
  unfreezeWorkspace,
  type Workspace,
} from "./workspaces.ts";

/** Tenants, members, API keys, sign-in and the audit log. */
export function workspacesModule(core: Core, options: { readonly auth: Auth }): Module {
  return { name: "workspaces", errors: workspaceErrors, routes: workspacesRoutes(core, options.auth) };
}
