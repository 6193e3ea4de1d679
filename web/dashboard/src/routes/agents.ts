import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { flagIn, known, type RawSearch, textIn } from "./search.ts";

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents",
  validateSearch: (search: RawSearch) =>
    known({ q: textIn(search, "q"), enabled: flagIn(search, "enabled") }),
  component: lazyRouteComponent(() => import("../features/agents/list/agent-list-page.tsx"), "AgentListPage"),
});

const newRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/new",
  component: lazyRouteComponent(() => import("../features/agents/editor/new-agent-page.tsx"), "NewAgentPage"),
});

const agentRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("../features/agents/editor/agent-page.tsx"), "AgentPage"),
});

export const agentRoutes = [listRoute, newRoute, agentRoute];
