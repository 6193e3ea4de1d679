import type { FieldFault } from "../../api/problem.ts";

interface SortedFaults {
  /** Field → the API's sentence; the first one where there are several. */
  readonly atFields: Readonly<Record<string, string>>;
  /** What no field shows, each with the path that it is about. */
  readonly others: readonly string[];
}

/** True if the values have something at a dotted path, null and undefined included. */
function hasPath(values: unknown, path: string): boolean {
  let value = values;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || !(part in value)) return false;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return path !== "";
}

/** `a[0].b` as the API writes it is `a.0.b` in a form. */
function dotted(path: string): string {
  return path.replaceAll(/\[(\d+)\]/g, ".$1");
}

/** Which faults belong to which field. A fault inside a field's value (`tags.2`) belongs to the field. */
export function sortFaults(
  faults: readonly FieldFault[],
  values: unknown,
  fieldOf: (path: string) => string | undefined,
): SortedFaults {
  const atFields: Record<string, string> = {};
  const others: string[] = [];
  for (const { path, message } of faults) {
    const wanted = fieldOf(dotted(path));
    const field = wanted === undefined ? undefined : nearest(values, wanted);
    if (field === undefined) others.push(path === "" ? message : `${path}: ${message}`);
    else atFields[field] ??= message;
  }
  return { atFields, others };
}

function nearest(values: unknown, path: string): string | undefined {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const candidate = parts.slice(0, length).join(".");
    if (hasPath(values, candidate)) return candidate;
  }
  return undefined;
}
