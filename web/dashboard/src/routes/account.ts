import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { nextPath } from "../session/next-path.ts";
import { loadSession } from "../session/session.ts";
import { appRoute, rootRoute } from "./root.ts";
import { known, oneOf, type RawSearch, textIn } from "./search.ts";

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: RawSearch) => known({ next: textIn(search, "next") }),
  beforeLoad: async ({ search }) => {
    if ((await loadSession()) !== null) throw redirect({ href: nextPath(search.next, location.origin) });
  },
  component: lazyRouteComponent(() => import("../features/account/sign-in-page.tsx"), "SignInPage"),
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(
    () => import("../features/account/forgot-password-page.tsx"),
    "ForgotPasswordPage",
  ),
});

/** The secret of a link stays behind `#`, which no server ever sees. */
const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  component: lazyRouteComponent(
    () => import("../features/account/reset-password-page.tsx"),
    "ResetPasswordPage",
  ),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitation",
  component: lazyRouteComponent(() => import("../features/account/invitation-page.tsx"), "InvitationPage"),
});

const noWorkspaceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/no-workspace",
  beforeLoad: async () => {
    const session = await loadSession();
    if (session === null) throw redirect({ to: "/sign-in" });
    if (session.memberships.length > 0) throw redirect({ to: "/tasks" });
  },
  component: lazyRouteComponent(() => import("../features/account/no-workspace-page.tsx"), "NoWorkspacePage"),
});

const profileRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/profile",
  component: lazyRouteComponent(() => import("../features/account/profile-page.tsx"), "ProfilePage"),
});

const welcomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/welcome",
  validateSearch: (search: RawSearch) =>
    known({
      step: oneOf(search, "step", ["model", "agent", "task"]),
      modelProviderId: textIn(search, "modelProviderId"),
      agentId: textIn(search, "agentId"),
    }),
  component: lazyRouteComponent(() => import("../features/welcome/welcome-page.tsx"), "WelcomePage"),
});

/** Outside of the frame. */
export const accountRoutes = [
  signInRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  invitationRoute,
  noWorkspaceRoute,
];
/** Inside. */
export const memberRoutes = [profileRoute, welcomeRoute];
