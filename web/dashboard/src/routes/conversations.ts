import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { flagIn, known, oneOf, type RawSearch, textIn } from "./search.ts";

export const conversationStatuses = ["open", "closed"] as const;
export const controllers = ["agent", "human", "none"] as const;

/** The filters of the list in an address, or kept somewhere else. */
export function readConversationSearch(search: RawSearch) {
  return known({
    q: textIn(search, "q"),
    status: oneOf(search, "status", conversationStatuses),
    controller: oneOf(search, "controller", controllers),
    channelId: textIn(search, "channelId"),
    contactId: textIn(search, "contactId"),
    taskId: textIn(search, "taskId"),
    sessionLive: flagIn(search, "sessionLive"),
  });
}

/** List and transcript lie side by side, so one page shows both; on a narrow screen one of them. */
const conversationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/conversations",
  validateSearch: (search: RawSearch) =>
    known({
      ...readConversationSearch(search),
      // The message to begin at, and whether the contact is shown where there is no place beside.
      message: textIn(search, "message"),
      panel: flagIn(search, "panel"),
    }),
  component: lazyRouteComponent(
    () => import("../features/conversations/conversations-page.tsx"),
    "ConversationsPage",
  ),
});

const listRoute = createRoute({ getParentRoute: () => conversationsRoute, path: "/" });

const conversationRoute = createRoute({
  getParentRoute: () => conversationsRoute,
  path: "$conversationId",
});

export const conversationRoutes = [conversationsRoute.addChildren([listRoute, conversationRoute])];
