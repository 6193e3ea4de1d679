const place = 'meta[name="errand-session"]';

/**
 * Whether the server saw no session's cookie when it answered this page: nobody is signed in then, and asking who it is
 * would only be refused. Of a session that begins in another tab the page learns when it is loaded again.
 */
export function isStranger(): boolean {
  return document.querySelector(place)?.getAttribute("content") === "none";
}

/** Once somebody has signed in on the page, what the server said of it no longer holds. */
export function forgetStranger(): void {
  document.querySelector(place)?.remove();
}
