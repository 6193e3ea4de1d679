/** Where one is after signing in without having been on the way anywhere. */
export const startPath = "/tasks";

/** Pages for people who are not signed in: coming back to them leads nowhere. */
const outside = /^\/(sign-in|forgot-password|reset-password|invitation|no-workspace)(\/|$)/;

/**
 * The path to go to after signing in, from what stands behind `?next=`. Only a path of this dashboard: the address may
 * come from anybody, and must not lead to another server.
 */
export function nextPath(next: string | undefined, origin: string): string {
  if (next === undefined || !next.startsWith("/") || !URL.canParse(next, origin)) return startPath;
  // Browsers read `//host` and `/\host` as another server, and drop tabs and newlines before they look.
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith("//") || outside.test(url.pathname)) return startPath;
  return `${url.pathname}${url.search}${url.hash}`;
}
