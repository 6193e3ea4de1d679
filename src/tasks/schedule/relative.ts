import { boundsOf } from "./bounds.ts";
import { DAY_MS, dayOfLocal, parseLocalDateTime, parseTimeOfDay, SECOND_MS } from "./calendar.ts";
import type { ScheduleOf } from "./schema.ts";
import { firstInstantShowing, localAt } from "./zone.ts";

/** A date as an attribute gives it: an instant (epoch ms), or what a clock shows (local ms) in no zone of its own. */
type AttributeDate = { instant: number } | { local: number; hasTime: boolean };

const ACCEPTED =
  'accepted are an instant ("2027-03-01T09:00:00Z", also with an offset), a local date and time ("2027-03-01T09:00") and a date ("2027-03-01"), before the year 3000';

const MAX_INSTANT = Date.UTC(3_000, 0);

/**
 * Returns when the run of a relative schedule is for a contact whose attribute has this value, or in a sentence why
 * there is none. From a date with a time and without `time` in the schedule the offset is real time. Else it is
 * counted on the calendar, so that "7 days after" is not 23:00 of the sixth day where an hour was repeated.
 */
export function relativeRunAt(
  schedule: ScheduleOf<"relative">,
  value: unknown,
): { at: Date } | { fault: string } {
  const date = readDate(value);
  if (date === null) {
    return {
      fault: `The attribute "${schedule.attribute}" holds ${show(value)}, which is not a date; ${ACCEPTED}.`,
    };
  }
  const at = runFor(schedule, date);
  const { start, end } = boundsOf(schedule);
  const run = new Date(at);
  if (at < start)
    return {
      fault: `The run would be at ${run.toISOString()}, before the schedule starts (${schedule.startsAt}).`,
    };
  if (at > end)
    return {
      fault: `The run would be at ${run.toISOString()}, after the schedule ends (${schedule.endsAt}).`,
    };
  return { at: run };
}

function runFor({ timezone, offsetSeconds, time }: ScheduleOf<"relative">, date: AttributeDate): number {
  const offset = offsetSeconds * SECOND_MS;
  if (time === undefined && "instant" in date) return date.instant + offset;
  if (time === undefined && "local" in date && date.hasTime)
    return firstInstantShowing(timezone, date.local) + offset;
  const local = ("local" in date ? date.local : localAt(timezone, date.instant)) + offset;
  if (time === undefined) return firstInstantShowing(timezone, local);
  const timeOfDay = parseTimeOfDay(time);
  if (!timeOfDay.ok) throw new RangeError(`"${time}" is not a time of day`);
  return firstInstantShowing(timezone, dayOfLocal(local) * DAY_MS + timeOfDay.value);
}

function readDate(value: unknown): AttributeDate | null {
  if (value instanceof Date) return within({ instant: value.getTime() });
  if (typeof value !== "string") return null;
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(value);
  if (match === null) return null;
  const [, day, time = "00:00", fraction, offset] = match;
  const local = parseLocalDateTime(`${day}T${time}`);
  if (!local.ok) return null;
  if (offset !== undefined) return within({ instant: Date.parse(value) });
  return fraction === undefined ? within({ local: local.value, hasTime: match[2] !== undefined }) : null;
}

/** Null for what no Date can hold, and for years that would not be written with four digits. */
function within(date: AttributeDate): AttributeDate | null {
  const time = "instant" in date ? date.instant : date.local;
  return time < MAX_INSTANT ? date : null;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
