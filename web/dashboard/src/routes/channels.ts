import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { known, oneOf, type RawSearch, textIn } from "./search.ts";

/** The list's filters as they stand in the address. */
function readChannelSearch(search: RawSearch) {
  return known({ q: textIn(search, "q"), status: oneOf(search, "status", ["connected", "disabled"]) });
}

export type ChannelSearch = ReturnType<typeof readChannelSearch>;

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/channels",
  validateSearch: readChannelSearch,
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
