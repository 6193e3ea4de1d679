import type { Schedule } from "./schema.ts";

/*
 * The runs of a schedule calculated a second time, for the tests: with Temporal alone, from the rules as they are
 * written for users, and with nothing from this folder. It names every date and hour one by one, asks Temporal at
 * which instants the clock shows the time, and takes those that the rules name. Slow, but with no arithmetic of
 * offsets that could repeat a mistake.
 */

type Plain = Temporal.PlainDateTime;

/** The instants (epoch ms) at which the clocks show a local time: none in a gap, two in a repeated hour. */
function instantsShowing(local: Plain, zone: string): number[] {
  const both = (["earlier", "later"] as const).map((disambiguation) =>
    local.toZonedDateTime(zone, { disambiguation }),
  );
  const shown = both.filter((zoned) => zoned.toPlainDateTime().equals(local));
  return [...new Set(shown.map((zoned) => zoned.epochMilliseconds))];
}

/** The rule of fixed times: the first instant that shows the time, else the first after the gap. */
function firstShowing(local: Plain, zone: string): number {
  const [first] = instantsShowing(local, zone);
  if (first !== undefined) return first;
  const beforeGap = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  return beforeGap.getTimeZoneTransition("next")?.epochMilliseconds ?? Number.NaN;
}

function localAt(instant: number, zone: string): Plain {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
}

/** The dates on which a fixed run after `after` up to `until` may lie, with room for gaps of a day. */
function datesAround(after: number, until: number, zone: string): Temporal.PlainDate[] {
  const end = localAt(until, zone).toPlainDate().add({ days: 2 });
  const dates: Temporal.PlainDate[] = [];
  let date = localAt(after, zone).toPlainDate().subtract({ days: 2 });
  for (; Temporal.PlainDate.compare(date, end) <= 0; date = date.add({ days: 1 })) dates.push(date);
  return dates;
}

const DAY_NUMBERS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

function mondayBefore(date: Temporal.PlainDate): Temporal.PlainDate {
  return date.subtract({ days: date.dayOfWeek - 1 });
}

function daysFrom(start: Temporal.PlainDate, end: Temporal.PlainDate): number {
  return start.until(end, { largestUnit: "day" }).days;
}

type Dated = Extract<Schedule, { kind: "daily" | "weekly" | "monthly" }>;

function isRunDate(schedule: Dated, date: Temporal.PlainDate, day0: Temporal.PlainDate): boolean {
  switch (schedule.kind) {
    case "daily":
      return Math.abs(daysFrom(day0, date) % (schedule.everyDays ?? 1)) === 0;
    case "weekly": {
      const weeks = daysFrom(mondayBefore(day0), mondayBefore(date)) / 7;
      const named = schedule.weekdays.some((name) => DAY_NUMBERS.indexOf(name) + 1 === date.dayOfWeek);
      return named && Math.abs(weeks % (schedule.everyWeeks ?? 1)) === 0;
    }
    case "monthly":
      return (
        date.day === (schedule.day === "last" ? date.daysInMonth : Math.min(schedule.day, date.daysInMonth))
      );
  }
}

function unboundedRuns(schedule: Schedule, after: number, until: number, anchor: number): number[] {
  switch (schedule.kind) {
    case "once":
      return [firstShowing(Temporal.PlainDateTime.from(schedule.at), schedule.timezone)];
    case "hourly": {
      const zone = schedule.timezone;
      return datesAround(after, until, zone).flatMap((date) =>
        Array.from({ length: 24 }, (_, hour) =>
          date.toPlainDateTime({ hour, minute: schedule.minute }),
        ).flatMap((local) => instantsShowing(local, zone)),
      );
    }
    case "daily":
    case "weekly":
    case "monthly": {
      const { timezone, startsAt, time } = schedule;
      const day0 = (
        startsAt === undefined ? localAt(anchor, timezone) : Temporal.PlainDateTime.from(startsAt)
      ).toPlainDate();
      return datesAround(after, until, timezone)
        .filter((date) => isRunDate(schedule, date, day0))
        .map((date) => firstShowing(date.toPlainDateTime(Temporal.PlainTime.from(time)), timezone));
    }
    case "every": {
      const { seconds, startsAt, timezone = "UTC" } = schedule;
      let run = Temporal.Instant.fromEpochMilliseconds(
        startsAt === undefined
          ? anchor + seconds * 1_000
          : firstShowing(Temporal.PlainDateTime.from(startsAt), timezone),
      );
      const runs: number[] = [];
      for (; run.epochMilliseconds <= until; run = run.add({ seconds })) runs.push(run.epochMilliseconds);
      return runs;
    }
    default:
      throw new Error(`no second calculation of the kind ${schedule.kind}`);
  }
}

/** The runs (epoch ms) after `after` up to and including `until`, ascending. */
export function temporalRuns(schedule: Schedule, after: number, until: number, anchor: number): number[] {
  const zone = schedule.timezone ?? "UTC";
  const bound = (text: string | undefined, none: number) =>
    text === undefined ? none : firstShowing(Temporal.PlainDateTime.from(text), zone);
  const startsAt = "startsAt" in schedule ? schedule.startsAt : undefined;
  const endsAt = "endsAt" in schedule ? schedule.endsAt : undefined;
  const start = bound(startsAt, Number.NEGATIVE_INFINITY);
  const end = bound(endsAt, Number.POSITIVE_INFINITY);
  return [...new Set(unboundedRuns(schedule, after, until, anchor))]
    .filter((run) => run > after && run <= until && run >= start && run <= end)
    .sort((left, right) => left - right);
}
