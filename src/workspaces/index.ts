import type { Core, Module } from "../engine/index.ts";
import type { Auth } from "./auth.ts";
import { workspaceErrors } from "./errors.ts";
import { workspacesRoutes } from "./http.ts";

export { type ApiKey, createApiKey, listApiKeys, type NewApiKey, revokeApiKey } from "./api-keys.ts";
export { type RecordedChange, recordChange } from "./audit.ts";
export { type Auth, type AuthOptions, createAuth } from "./auth.ts";
export { authenticate, workspaceHeader } from "./authenticate.ts";
export {
  ensureFirstWorkspace,
  type FirstWorkspace,
  firstWorkspaceId,
  issueOwnerToken,
} from "./first-workspace.ts";
export { invitationLink } from "./invitations.ts";
export type { Mail, SendMail } from "./mails.ts";
export { findMember, listMembersWithRoles, type Member } from "./members.ts";
export { toTargetId } from "./present.ts";
export { type Changes, changedFields, isTimezone } from "./rules.ts";
export {
  createWorkspace,
  freezeWorkspace,
  getWorkspace,
  getWorkspaceForSend,
  type Origin,
  unfreezeWorkspace,
  type Workspace,
} from "./workspaces.ts";

/** Tenants, members, API keys, sign-in and the audit log. */
export function workspacesModule(core: Core, options: { readonly auth: Auth }): Module {
  return { name: "workspaces", errors: workspaceErrors, routes: workspacesRoutes(core, options.auth) };
}
