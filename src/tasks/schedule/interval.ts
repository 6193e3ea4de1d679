import { SECOND_MS } from "./calendar.ts";

/*
 * Runs at a fixed distance of real time: `first` and every `seconds` after it. Instants are epoch ms.
 */

/** Returns the first of the runs after `after`. */
export function nextInterval(seconds: number, first: number, after: number): number {
  if (after < first) return first;
  const distance = seconds * SECOND_MS;
  return first + (Math.floor((after - first) / distance) + 1) * distance;
}

/** Counts the runs from the run `from` up to and including `until`, which is not before it, and names the last. */
export function countIntervals(
  seconds: number,
  from: number,
  until: number,
): { count: number; last: number } {
  const distance = seconds * SECOND_MS;
  const steps = Math.floor((until - from) / distance);
  return { count: steps + 1, last: from + steps * distance };
}
