import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { queryClient } from "../api/query-client.ts";
import { taskListQuery } from "../features/tasks/list/task-list-query.ts";
import { appRoute } from "./root.ts";
import { flagIn, known, oneOf, type RawSearch, textIn } from "./search.ts";

export const taskStates = ["active", "paused", "auto_paused", "ended"] as const;

/** The filters of the list in an address, or kept somewhere else. */
export function readTaskSearch(search: RawSearch) {
  return known({
    q: textIn(search, "q"),
    state: oneOf(search, "state", taskStates),
    agentId: textIn(search, "agentId"),
    contactId: textIn(search, "contactId"),
    hasFailed: flagIn(search, "hasFailed"),
    scheduled: flagIn(search, "scheduled"),
  });
}

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks",
  validateSearch: readTaskSearch,
  loaderDeps: ({ search }) => search,
  // Beside the page's script, and not after it.
  loader: ({ deps }) => void queryClient.prefetchInfiniteQuery(taskListQuery(deps)),
  component: lazyRouteComponent(() => import("../features/tasks/list/task-list-page.tsx"), "TaskListPage"),
});

const calendarRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/calendar",
  validateSearch: (search: RawSearch) =>
    known({
      view: oneOf(search, "view", ["week", "month"]),
      date: textIn(search, "date"),
      day: textIn(search, "day"),
      agentId: textIn(search, "agentId"),
    }),
  component: lazyRouteComponent(() => import("../features/tasks/calendar/calendar-page.tsx"), "CalendarPage"),
});

const newRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks/new",
  validateSearch: (search: RawSearch) =>
    known({
      contactId: textIn(search, "contactId"),
      agentId: textIn(search, "agentId"),
      copyOf: textIn(search, "copyOf"),
    }),
  component: lazyRouteComponent(() => import("../features/tasks/editor/new-task-page.tsx"), "NewTaskPage"),
});

const taskRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks/$taskId",
  validateSearch: (search: RawSearch) =>
    known({
      tab: oneOf(search, "tab", ["configuration", "executions", "conversations", "upcoming"]),
    }),
  component: lazyRouteComponent(() => import("../features/tasks/page/task-page.tsx"), "TaskPage"),
});

const editRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/tasks/$taskId/edit",
  component: lazyRouteComponent(() => import("../features/tasks/editor/edit-task-page.tsx"), "EditTaskPage"),
});

export const taskRoutes = [listRoute, calendarRoute, newRoute, taskRoute, editRoute];
