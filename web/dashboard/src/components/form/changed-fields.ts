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
