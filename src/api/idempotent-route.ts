import type { Route } from "../base/route.ts";

/** True if the route takes an Idempotency-Key. */
export function isIdempotent(route: Route): boolean {
  return route.method === "POST" && route.access.kind === "workspace";
}
