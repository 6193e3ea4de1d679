import type { Schedule } from "../schedule/index.ts";

const minuteMs = 60_000;

/**
 * The instant that an agent names: an ISO 8601 date and time with an offset, or without one in `timezone`. Undefined if
 * it is no date and time, or none that this zone ever showed.
 */
export function readTime(at: string, timezone: string): Date | undefined {
  try {
    const instant = /(Z|[+-]\d{2}:\d{2})$/i.test(at)
      ? Temporal.Instant.from(at)
      : Temporal.PlainDateTime.from(at).toZonedDateTime(timezone).toInstant();
    return new Date(instant.epochMilliseconds);
  } catch {
    return undefined;
  }
}

/** The next full minute, so that two wishes within the same minute are one. */
export function toFullMinute(time: Date): Date {
  return new Date(Math.ceil(time.getTime() / minuteMs) * minuteMs);
}

/** The schedule of one run at an instant, in the zone where that can be said there: not in a repeated hour's second half. */
export function onceAt(instant: Date, timezone: string): Schedule {
  const shown = Temporal.Instant.fromEpochMilliseconds(instant.getTime());
  const local = shown.toZonedDateTimeISO(timezone).toPlainDateTime();
  const isUnique = local.toZonedDateTime(timezone).epochMilliseconds === instant.getTime();
  const zone = isUnique ? timezone : "UTC";
  const at = shown.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "minute" });
  return { kind: "once", timezone: zone, at };
}

const longestTitle = 80;

/** A name by which people know the task in lists. */
export function nameOf(instruction: string): string {
  const line = instruction.trim().replaceAll(/\s+/g, " ");
  const characters = [...line];
  const short =
    characters.length > longestTitle ? `${characters.slice(0, longestTitle - 1).join("")}…` : line;
  return `Follow-up: ${short}`;
}
