import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { appRoute } from "./root.ts";
import { flagIn, known, oneOf, type RawSearch, textIn } from "./search.ts";

/** The filters of the list in an address, or kept somewhere else. */
export function readContactSearch(search: RawSearch) {
  return known({
    q: textIn(search, "q"),
    tag: textIn(search, "tag"),
    language: textIn(search, "language"),
    optedOut: flagIn(search, "optedOut"),
  });
}

const listRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts",
  validateSearch: readContactSearch,
  component: lazyRouteComponent(
    () => import("../features/contacts/list/contact-list-page.tsx"),
    "ContactListPage",
  ),
});

const newRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts/new",
  component: lazyRouteComponent(
    () => import("../features/contacts/editor/new-contact-page.tsx"),
    "NewContactPage",
  ),
});

const importRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts/import",
  component: lazyRouteComponent(
    () => import("../features/contacts/import/import-contacts-page.tsx"),
    "ImportContactsPage",
  ),
});

const contactRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts/$contactId",
  validateSearch: (search: RawSearch) =>
    known({
      tab: oneOf(search, "tab", ["overview", "memory", "conversations", "touches"]),
    }),
  component: lazyRouteComponent(() => import("../features/contacts/page/contact-page.tsx"), "ContactPage"),
});

const editRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/contacts/$contactId/edit",
  component: lazyRouteComponent(
    () => import("../features/contacts/editor/edit-contact-page.tsx"),
    "EditContactPage",
  ),
});

export const contactRoutes = [listRoute, newRoute, importRoute, contactRoute, editRoute];
