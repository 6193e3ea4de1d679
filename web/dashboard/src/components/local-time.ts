/** Instants as local times of a zone and back. Pure. */

interface LocalParts {
  /** "Sun 28 Mar 2027" */
  readonly date: string;
  /** "03:00", with seconds only if there are any. */
  readonly time: string;
  /** "GMT+2" */
  readonly offset: string;
}

/** An instant as the clocks of a zone show it. */
export function localParts(at: string, timezone: string): LocalParts {
  const parts = partsOf(Date.parse(at), timezone);
  const seconds = parts.second === "00" ? "" : `:${parts.second}`;
  return {
    date: `${parts.weekday} ${Number(parts.day)} ${parts.monthName} ${parts.year}`,
    time: `${parts.hour}:${parts.minute}${seconds}`,
    offset: parts.timeZoneName,
  };
}

/** An instant as a field for local times has it: "2027-03-28T03:00". */
export function toLocal(at: string, timezone: string): string {
  const { year, month, day, hour, minute, second } = partsOf(Date.parse(at), timezone);
  return `${year}-${month}-${day}T${hour}:${minute}${second === "00" ? "" : `:${second}`}`;
}

/**
 * The instant at which the clocks of a zone show a local time, of two the first. A time that the clocks skip is as much
 * later as they skip. A text that is no local time comes back as it is, for the API to refuse.
 */
export function toInstant(local: string, timezone: string): string {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return local;
  const offsets = [asUtc - 86_400_000, asUtc + 86_400_000].map((near) => offsetAt(near, timezone));
  const candidates = offsets.map((offset) => asUtc - offset).sort((left, right) => left - right);
  const exact = candidates.find((candidate) => candidate + offsetAt(candidate, timezone) === asUtc);
  // In a gap neither is exact: with the offset from before the gap the time is after it.
  return new Date(exact ?? asUtc - (offsets[0] ?? 0)).toISOString();
}

function offsetAt(instant: number, timezone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(instant, timezone);
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return shown - Math.floor(instant / 1_000) * 1_000;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function partsOf(instant: number, timezone: string) {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(new Date(instant))
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? "";
  return {
    year: part("year").padStart(4, "0"),
    month: part("month"),
    monthName: months[Number(part("month")) - 1] ?? "",
    day: part("day"),
    weekday: part("weekday"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
    timeZoneName: part("timeZoneName"),
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "shortOffset",
  });
  formats.set(timezone, format);
  return format;
}
