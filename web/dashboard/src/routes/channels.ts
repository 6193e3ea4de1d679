import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/channels",
  component: lazyRouteComponent(
    () => import("../features/channels/list/channel-list-page.tsx"),
    "ChannelListPage",
  ),
});

const newRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/channels/new",
  component: lazyRouteComponent(
    () => import("../features/channels/editor/new-channel-page.tsx"),
    "NewChannelPage",
  ),
});

const channelRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/channels/$channelId",
  component: lazyRouteComponent(() => import("../features/channels/editor/channel-page.tsx"), "ChannelPage"),
});

export const channelRoutes = [listRoute, newRoute, channelRoute];
