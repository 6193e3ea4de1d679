import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { loadSession } from "../session/session.ts";

export const rootRoute = createRootRoute({ component: Outlet });

/** Everything that needs a signed-in member, in the frame with navigation. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: async ({ location }) => {
    const session = await loadSession();
    if (session === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
    if (session.memberships.length === 0) throw redirect({ to: "/no-workspace" });
  },
  component: lazyRouteComponent(() => import("../shell/frame.tsx"), "Frame"),
});

export const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/tasks" });
  },
});
