import { createRouter } from "@tanstack/react-router";
import { NotFoundPage } from "./components/not-found-page.tsx";
import { PageError } from "./components/page-error.tsx";
import { accountRoutes, memberRoutes } from "./routes/account.ts";
import { agentRoutes } from "./routes/agents.ts";
import { channelRoutes } from "./routes/channels.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { conversationRoutes } from "./routes/conversations.ts";
import { executionRoutes } from "./routes/executions.ts";
import { appRoute, homeRoute, rootRoute } from "./routes/root.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { taskRoutes } from "./routes/tasks.ts";

const routeTree = rootRoute.addChildren([
  ...accountRoutes,
  appRoute.addChildren([
    homeRoute,
    ...memberRoutes,
    ...taskRoutes,
    ...executionRoutes,
    ...conversationRoutes,
    ...contactRoutes,
    ...agentRoutes,
    ...channelRoutes,
    ...settingsRoutes,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultNotFoundComponent: NotFoundPage,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
