import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { dayIn, known, oneOf, type RawSearch, textIn } from "./search.ts";

export const executionStatuses = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "canceled",
  "skipped",
] as const;

export const executionTriggers = [
  "schedule",
  "manual",
  "api",
  "catch_up",
  "replay",
  "agent",
  "workflow",
] as const;

export const executionOutcomes = [
  "goal_met",
  "message_sent",
  "no_action_needed",
  "handed_over",
  "blocked",
  "delivery_failed",
  "limit_reached",
  "none",
] as const;

/** The list's filters in an address, or kept somewhere else. `from` and `to` are days in the reader's zone. */
export function readExecutionSearch(search: RawSearch) {
  return known({
    q: textIn(search, "q"),
    status: oneOf(search, "status", executionStatuses),
    kind: oneOf(search, "kind", ["task", "reply"]),
    trigger: oneOf(search, "trigger", executionTriggers),
    outcome: oneOf(search, "outcome", executionOutcomes),
    taskId: textIn(search, "taskId"),
    agentId: textIn(search, "agentId"),
    contactId: textIn(search, "contactId"),
    from: dayIn(search, "from"),
    to: dayIn(search, "to"),
  });
}

export type ExecutionSearch = ReturnType<typeof readExecutionSearch>;

/** A step's number. As a number it stands in the address without quotes. */
function seqIn(search: RawSearch, name: string): number | undefined {
  const text = textIn(search, name);
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/executions",
  validateSearch: readExecutionSearch,
  component: lazyRouteComponent(
    () => import("../features/executions/list/execution-list-page.tsx"),
    "ExecutionListPage",
  ),
});

const executionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/executions/$executionId",
  validateSearch: (search: RawSearch) => known({ step: seqIn(search, "step") }),
  component: lazyRouteComponent(
    () => import("../features/executions/page/execution-page.tsx"),
    "ExecutionPage",
  ),
});

export const executionRoutes = [listRoute, executionRoute];
