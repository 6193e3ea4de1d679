const key = "errand.reloadedAt";
/** A second failure within this time is no new build, and would go on for ever. */
const pauseMs = 30_000;

/**
 * After an upgrade the files that an open page would load next are gone: it is loaded anew, at the same address. Forms
 * that are not saved hold it back with the browser's own question.
 */
export function reloadOnNewBuild(): void {
  addEventListener("vite:preloadError", () => void reloadIfServed());
}

async function reloadIfServed(): Promise<void> {
  const last = Number(sessionStorage.getItem(key) ?? 0);
  if (Date.now() - last < pauseMs) return;
  // Without a connection no file is gone, and the page would be if it were loaded anew.
  const isServed = await fetch("/", { cache: "no-store", headers: { accept: "text/html" } }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!isServed) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.reload();
}
