/** Filters under a name, as an address has them. */
export interface SavedFilter {
  readonly name: string;
  readonly search: Readonly<Record<string, unknown>>;
}

/** So many can be kept for one list. */
export const mostSaved = 30;

/** What was kept, or nothing if a program or person wrote something else there. */
export function readSaved(text: string | null): readonly SavedFilter[] {
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isSaved) : [];
  } catch {
    return [];
  }
}

function isSaved(value: unknown): value is SavedFilter {
  if (typeof value !== "object" || value === null) return false;
  const { name, search } = value as Partial<Record<keyof SavedFilter, unknown>>;
  return typeof name === "string" && typeof search === "object" && search !== null && !Array.isArray(search);
}

/** With this one, by name; one of the same name gives way. */
export function withSaved(saved: readonly SavedFilter[], added: SavedFilter): readonly SavedFilter[] {
  return [...withoutSaved(saved, added.name), added].toSorted((a, b) => a.name.localeCompare(b.name));
}

export function withoutSaved(saved: readonly SavedFilter[], name: string): readonly SavedFilter[] {
  return saved.filter((filter) => filter.name !== name);
}

/** Whether two filters are the same, whatever the order of their parts. */
export function isSame(a: SavedFilter["search"], b: SavedFilter["search"]): boolean {
  const parts = (search: SavedFilter["search"]) =>
    JSON.stringify(Object.entries(search).toSorted(([one], [other]) => one.localeCompare(other)));
  return parts(a) === parts(b);
}
