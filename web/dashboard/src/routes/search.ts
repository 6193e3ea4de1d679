/**
 * What stands behind `?` in an address is written by people and programs: a value that is not understood counts as
 * absent. The pages' filters are checked with these.
 */
export type RawSearch = Readonly<Record<string, unknown>>;

/** A text, or undefined. Numbers and booleans are texts here: the router reads `?q=42` as a number. */
export function textIn(search: RawSearch, name: string): string | undefined {
  const value = search[name];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A day such as `2027-03-01`, or undefined. */
export function dayIn(search: RawSearch, name: string): string | undefined {
  const day = textIn(search, name);
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))
    ? day
    : undefined;
}

/** One of the values, or undefined. */
export function oneOf<const T extends string>(
  search: RawSearch,
  name: string,
  values: readonly T[],
): T | undefined {
  const value = textIn(search, name);
  return values.find((known) => known === value);
}

/** `true` or `false`, or undefined. */
export function flagIn(search: RawSearch, name: string): boolean | undefined {
  const value = search[name];
  return typeof value === "boolean" ? value : undefined;
}

/** The parts that are there: an absent filter has no place in the address, and links need not name it. */
export function known<T extends object>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
