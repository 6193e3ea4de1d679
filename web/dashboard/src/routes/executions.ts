import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { known, oneOf, type RawSearch, textIn } from "./search.ts";

export const executionStatuses = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "canceled",
  "skipped",
] as const;

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/executions",
  validateSearch: (search: RawSearch) =>
    known({
      q: textIn(search, "q"),
      status: oneOf(search, "status", executionStatuses),
      kind: oneOf(search, "kind", ["task", "reply"]),
      trigger: textIn(search, "trigger"),
      outcome: textIn(search, "outcome"),
      taskId: textIn(search, "taskId"),
      agentId: textIn(search, "agentId"),
      contactId: textIn(search, "contactId"),
      from: textIn(search, "from"),
      to: textIn(search, "to"),
    }),
  component: lazyRouteComponent(
    () => import("../features/executions/list/execution-list-page.tsx"),
    "ExecutionListPage",
  ),
});

const executionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/executions/$executionId",
  validateSearch: (search: RawSearch) => known({ step: textIn(search, "step") }),
  component: lazyRouteComponent(
    () => import("../features/executions/page/execution-page.tsx"),
    "ExecutionPage",
  ),
});

export const executionRoutes = [listRoute, executionRoute];
