import { SECOND_MS } from "./calendar.ts";
import type { Schedule } from "./schema.ts";

/**
 * Returns how long after its tick a run starts, in whole ms from 0 to the schedule's `jitterSeconds`. The same
 * for the same seed (the task's id, for an audience also the contact's) and tick, so that it can be asked again.
 */
export function jitterMs(schedule: Schedule, seed: string, tick: Date): number {
  const rangeMs = (schedule.jitterSeconds ?? 0) * SECOND_MS;
  return rangeMs === 0 ? 0 : Math.floor((hash(`${seed} ${tick.getTime()}`) / 2 ** 32) * (rangeMs + 1));
}

/** FNV-1a, mixed once more: by itself it leaves the upper bits alike for texts that differ at the end only. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
