import { createStore } from "../api/store.ts";

/** A page as the browser's tab names it. */
interface NamedPage {
  readonly title: string;
  /** Without what is behind `?`. */
  readonly path: string;
}

/** The page that is shown; null before the first. */
export const namedPage = createStore<NamedPage | null>(null);
let unread = 0;

/** Counting further takes longer than anyone waits for. */
const mostCounted = 100;

/** "99+" for what was counted no further. */
export function countInWords(count: number): string {
  return count < mostCounted ? String(count) : `${mostCounted - 1}+`;
}

function show(): void {
  const title = namedPage.get()?.title;
  const name = title === undefined ? "Errand" : `${title} · Errand`;
  document.title = unread === 0 ? name : `(${countInWords(unread)}) ${name}`;
}

/** Names the browser's tab, and the page in the list of recent ones. */
export function setPageTitle(title: string): void {
  namedPage.set({ title, path: location.pathname });
  show();
}

/** So many notifications nobody has read; before the page's name in the browser's tab. */
export function setUnreadInTitle(count: number): void {
  unread = count;
  show();
}
