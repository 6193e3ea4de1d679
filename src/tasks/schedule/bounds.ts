import { BoundedCache } from "./bounded-cache.ts";
import { parseLocalDateTime } from "./calendar.ts";
import type { Schedule } from "./schema.ts";
import { firstInstantShowing } from "./zone.ts";

/** The stretch of time in which a schedule has runs, both ends included; epoch ms, infinite where it has none. */
export interface Bounds {
  start: number;
  end: number;
}

const UNBOUNDED: Bounds = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** Returns the zone in which the schedule's times are meant. */
function zoneOf(schedule: Schedule): string {
  return schedule.timezone ?? "UTC";
}

/** Returns a bound's text as it is to be read: an `every` without a zone may mark it as UTC by a "Z". */
export function boundText(schedule: Schedule, text: string): string {
  return schedule.timezone === undefined && text.endsWith("Z") ? text.slice(0, -1) : text;
}

/*
 * Safe to share in the process: what a text says depends on nothing else. Reading one takes 1 to 2 µs, and each
 * decision about a tick asks for the bounds some six times.
 */
const localByText = new BoundedCache<number>(4_096);

/** Returns a bound as local ms. Throws RangeError for one that `checkSchedule` refuses. */
export function localBound(schedule: Schedule, text: string): number {
  return localByText.get(boundText(schedule, text), readLocal);
}

function readLocal(text: string): number {
  const local = parseLocalDateTime(text);
  if (!local.ok) throw new RangeError(`"${text}" is not a local date-time`);
  return local.value;
}

/** Returns from when until when the schedule has runs. Throws RangeError as `localBound`. */
export function boundsOf(schedule: Schedule): Bounds {
  if (schedule.kind === "once") return UNBOUNDED;
  const { startsAt, endsAt } = schedule;
  if (startsAt === undefined && endsAt === undefined) return UNBOUNDED;
  const zone = zoneOf(schedule);
  const instantOf = (text: string) => firstInstantShowing(zone, localBound(schedule, text));
  return {
    start: startsAt === undefined ? UNBOUNDED.start : instantOf(startsAt),
    end: endsAt === undefined ? UNBOUNDED.end : instantOf(endsAt),
  };
}
