/** The object without its undefined fields, for writing only what was given. */
export function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** The object after a change of its fields: what is absent or undefined stays, null takes a field away. */
export function mergeFields(before: object, changes: object): object {
  const merged = Object.entries({ ...before, ...withoutUndefined(changes) });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}
