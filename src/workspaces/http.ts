import type { Route } from "../base/route.ts";
import type { Core } from "../engine/index.ts";
import { apiKeyRoutes } from "./api-key-http.ts";
import { auditRoutes } from "./audit-http.ts";
import type { Auth } from "./auth.ts";
import { authRoutes } from "./auth-http.ts";
import { invitationRoutes } from "./invitation-http.ts";
import { memberRoutes } from "./member-http.ts";
import { workspaceRoutes } from "./workspace-http.ts";

/** All routes of the module. */
export function workspacesRoutes(core: Core, auth: Auth): readonly Route[] {
  return [
    ...authRoutes(core, auth),
    ...workspaceRoutes(core),
    ...memberRoutes(core),
    ...invitationRoutes(core, auth),
    ...apiKeyRoutes(core, auth),
    ...auditRoutes(core),
  ];
}
