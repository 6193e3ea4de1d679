import { ApiError, type FieldFault } from "../api/problem.ts";

/** Faults of a request that come from what stands behind `?` in the page's address; none if there are others too. */
export function filterFaults(
  error: unknown,
  search: Readonly<Record<string, unknown>>,
): readonly FieldFault[] {
  if (!(error instanceof ApiError) || error.code !== "invalid_request") return [];
  return error.faults.every(({ path }) => Object.hasOwn(search, path)) ? error.faults : [];
}

/** The address's parts without those that are not understood. */
export function withoutFaulty<T extends Readonly<Record<string, unknown>>>(
  search: T,
  faults: readonly FieldFault[],
): Partial<T> {
  const faulty = new Set(faults.map(({ path }) => path));
  return Object.fromEntries(Object.entries(search).filter(([name]) => !faulty.has(name))) as Partial<T>;
}

/** "state is “bogus”: must be one of …" */
export function wordFault({ path, message }: FieldFault, search: Readonly<Record<string, unknown>>): string {
  return `${path} is “${String(search[path])}”: ${message}`;
}
