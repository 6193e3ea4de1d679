import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { flagIn, known, oneOf, type RawSearch, textIn } from "./search.ts";

/** List and transcript lie side by side, so one page shows both; on a narrow screen one of them. */
const searchOf = (search: RawSearch) =>
  known({
    q: textIn(search, "q"),
    status: oneOf(search, "status", ["open", "closed"]),
    controller: oneOf(search, "controller", ["agent", "human", "none"]),
    channelId: textIn(search, "channelId"),
    contactId: textIn(search, "contactId"),
    taskId: textIn(search, "taskId"),
    sessionLive: flagIn(search, "sessionLive"),
  });

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/conversations",
  validateSearch: searchOf,
  component: lazyRouteComponent(
    () => import("../features/conversations/conversations-page.tsx"),
    "ConversationsPage",
  ),
});

const conversationRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/conversations/$conversationId",
  validateSearch: (search: RawSearch) => known({ ...searchOf(search), message: textIn(search, "message") }),
  component: lazyRouteComponent(
    () => import("../features/conversations/conversation-page.tsx"),
    "ConversationPage",
  ),
});

export const conversationRoutes = [listRoute, conversationRoute];
