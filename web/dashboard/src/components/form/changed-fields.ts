/**
 * The fields whose values differ, for a PATCH: what nobody touched here is not sent, and so does not undo what somebody
 * else changed meanwhile. Pure.
 */
export function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const entries = Object.entries(after).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof T]),
  );
  return Object.fromEntries(entries) as Partial<T>;
}

/**
 * A form after what it shows has changed elsewhere: what was typed here stays, the rest follows. `base` is what the form
 * began with. Pure.
 */
export function mergeValues<T extends object>(base: T, now: T, next: T): T {
  return { ...next, ...changedFields(base, now) };
}
