import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { dayIn, known, type RawSearch, textIn } from "./search.ts";

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("../features/settings/settings-frame.tsx"), "SettingsFrame"),
});

const homeRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/workspace" });
  },
});

const workspaceRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/workspace",
  component: lazyRouteComponent(() => import("../features/settings/workspace-page.tsx"), "WorkspacePage"),
});

const membersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/members",
  component: lazyRouteComponent(() => import("../features/settings/members-page.tsx"), "MembersPage"),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("../features/settings/api-keys-page.tsx"), "ApiKeysPage"),
});

const providersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/model-providers",
  component: lazyRouteComponent(() => import("../features/settings/providers-page.tsx"), "ProvidersPage"),
});

const toolsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/tools",
  validateSearch: (search: RawSearch) => known({ q: textIn(search, "q") }),
  component: lazyRouteComponent(() => import("../features/tools/tools-page.tsx"), "ToolsPage"),
});

const toolRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/tools/$toolId",
  component: lazyRouteComponent(() => import("../features/tools/tool-page.tsx"), "ToolPage"),
});

const knowledgeListRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/knowledge",
  validateSearch: (search: RawSearch) => known({ q: textIn(search, "q"), tag: textIn(search, "tag") }),
  component: lazyRouteComponent(
    () => import("../features/knowledge/knowledge-list-page.tsx"),
    "KnowledgeListPage",
  ),
});

const knowledgeRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/knowledge/$knowledgeId",
  component: lazyRouteComponent(() => import("../features/knowledge/knowledge-page.tsx"), "KnowledgePage"),
});

const budgetsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/budgets",
  component: lazyRouteComponent(() => import("../features/settings/budgets-page.tsx"), "BudgetsPage"),
});

const notificationsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/notifications",
  component: lazyRouteComponent(
    () => import("../features/settings/notification-preferences-page.tsx"),
    "NotificationPreferencesPage",
  ),
});

const auditLogRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/audit-log",
  validateSearch: (search: RawSearch) =>
    known({
      action: textIn(search, "action"),
      actorId: textIn(search, "actorId"),
      targetKind: textIn(search, "targetKind"),
      from: dayIn(search, "from"),
      to: dayIn(search, "to"),
    }),
  component: lazyRouteComponent(() => import("../features/settings/audit-log-page.tsx"), "AuditLogPage"),
});

const demoRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/demo",
  component: lazyRouteComponent(() => import("../features/settings/demo-page.tsx"), "DemoPage"),
});

export const settingsRoutes = [
  settingsRoute.addChildren([
    homeRoute,
    workspaceRoute,
    membersRoute,
    apiKeysRoute,
    providersRoute,
    toolsRoute,
    toolRoute,
    knowledgeListRoute,
    knowledgeRoute,
    budgetsRoute,
    notificationsRoute,
    auditLogRoute,
    demoRoute,
  ]),
];
