const dayMs = 86_400_000;

/** The instant at which a day begins in a zone, as ISO 8601. What is no day stays as it is, for the API to refuse by name. */
export function startOfDay(day: string, timezone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight)) return day;
  // The offset may change between the two guesses; the second one is for the instant itself.
  const guess = midnight - offsetMs(midnight, timezone);
  return new Date(midnight - offsetMs(guess, timezone)).toISOString();
}

/** The day after, as `2027-03-01`. */
export function dayAfter(day: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(midnight) ? day : new Date(midnight + dayMs).toISOString().slice(0, 10);
}

/** How far the zone's clocks are ahead of UTC. */
function offsetMs(at: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return shown - Math.floor(at / 1_000) * 1_000;
}
