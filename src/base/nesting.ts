/**
 * True if objects and lists stand inside each other more than `levels` deep. Does not recurse: thousands of levels, which
 * `JSON.parse` takes, overflow the stack of whatever walks or writes them.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}
