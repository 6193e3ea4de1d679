import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { flagIn, known, type RawSearch, textIn } from "./search.ts";

/** The list's filters as they stand in the address, or in what a member has saved. */
export function readAgentSearch(search: RawSearch) {
  return known({
    q: textIn(search, "q"),
    enabled: flagIn(search, "enabled"),
    modelProviderId: textIn(search, "modelProviderId"),
  });
}

export type AgentSearch = ReturnType<typeof readAgentSearch>;

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents",
  validateSearch: readAgentSearch,
  component: lazyRouteComponent(() => import("../features/agents/list/agent-list-page.tsx"), "AgentListPage"),
});

const newRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/new",
  validateSearch: (search: RawSearch) => known({ copyOf: textIn(search, "copyOf") }),
  component: lazyRouteComponent(() => import("../features/agents/editor/new-agent-page.tsx"), "NewAgentPage"),
});

const agentRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("../features/agents/editor/agent-page.tsx"), "AgentPage"),
});

export const agentRoutes = [listRoute, newRoute, agentRoute];
