/** What the palette finds by what was typed. */

/** Fewer letters than this would find half of everything. */
export const leastLetters = 2;

interface Findable {
  readonly label: string;
  readonly words: string;
}

/** Without case and accents. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const wordsOf = (text: string) =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** Those that have a word for the beginning of each typed one, the likeliest first. All of them for no query. */
export function findBy<T extends Findable>(entries: readonly T[], query: string): readonly T[] {
  const typed = wordsOf(query);
  if (typed.length === 0) return entries;
  const rank = ({ label, words }: Findable): number => {
    const inLabel = wordsOf(label);
    const all = [...inLabel, ...wordsOf(words)];
    const has = (known: readonly string[], word: string) => known.some((one) => one.startsWith(word));
    if (!typed.every((word) => has(all, word))) return Number.POSITIVE_INFINITY;
    if (fold(label).startsWith(typed.join(" "))) return 0;
    return typed.every((word) => has(inLabel, word)) ? 1 : 2;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((found) => Number.isFinite(found.rank))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}

/** An object that the server found. */
interface Ranked {
  /** What it is called. */
  readonly name: string;
  /** What else it is known by as a whole: an id of one's own, an address. */
  readonly ids?: readonly (string | null)[];
}

/** Of what another object was found by. */
export const lastRank = 4;

/** How well an object is what was typed: it is called so, its name begins so, a word of its name does, or it is somewhere. */
export function rankOf(typed: string, { name, ids = [] }: Ranked): number {
  const wanted = fold(typed.trim());
  if ([name, ...ids].some((known) => known !== null && fold(known) === wanted)) return 0;
  if (fold(name).startsWith(wanted)) return 1;
  const words = wordsOf(name);
  return wordsOf(typed).every((word) => words.some((one) => one.startsWith(word))) ? 2 : 3;
}

/** What was found of one kind, with ranks. */
export interface Kind<T> {
  readonly heading: string;
  readonly found: readonly { readonly item: T; readonly rank: number }[];
}

/** The best of each kind, kinds by their best; the order is kept among equals. */
export function orderKinds<T>(
  kinds: readonly Kind<T>[],
  mostOfKind: number,
): readonly { readonly heading: string; readonly items: readonly T[] }[] {
  return kinds
    .map(({ heading, found }) => ({
      heading,
      best: Math.min(...found.map(({ rank }) => rank)),
      items: found
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, mostOfKind)
        .map(({ item }) => item),
    }))
    .filter(({ items }) => items.length > 0)
    .toSorted((a, b) => a.best - b.best)
    .map(({ heading, items }) => ({ heading, items }));
}

/** A page that was shown. */
export interface RecentPage {
  readonly path: string;
  readonly title: string;
}

export const mostRecent = 8;

/** Pages of one object are worth coming back to; the lists are at hand anyway. */
const objectPath = /\/[a-z]+_[0-9a-z]{26}(\/|$)/;

/** With the page that is shown now, the newest first; one under the same path gives way. */
export function withRecent(pages: readonly RecentPage[], shown: RecentPage): readonly RecentPage[] {
  if (!objectPath.test(shown.path)) return pages;
  return [shown, ...pages.filter(({ path }) => path !== shown.path)].slice(0, mostRecent);
}

/** What was kept, or nothing if a program or person wrote something else there. */
export function readRecent(text: string | null): readonly RecentPage[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isRecentPage).slice(0, mostRecent) : [];
  } catch {
    return [];
  }
}

function isRecentPage(value: unknown): value is RecentPage {
  if (typeof value !== "object" || value === null) return false;
  const { path, title } = value as Partial<Record<keyof RecentPage, unknown>>;
  return typeof path === "string" && objectPath.test(path) && typeof title === "string";
}
