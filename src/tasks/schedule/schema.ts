import { z } from "zod";

const timezone = z.string().min(1).max(64).meta({
  description: "IANA time zone name, spelled as in the database. Offsets are not accepted.",
  example: "Europe/Berlin",
});

const once = z
  .strictObject({
    kind: z.literal("once"),
    timezone,
    at: z.string().min(1).max(32).meta({
      description:
        "Local date and time in `timezone`, without an offset. If the clock skips it, the run is at the first instant after the gap; if the clock shows it twice, at the first.",
      pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?$",
      example: "2027-03-01T09:00",
    }),
  })
  .meta({
    title: "Once",
    description: "One run at a local date and time.",
    example: { kind: "once", timezone: "Europe/Berlin", at: "2027-03-01T09:00" },
  });

const daily = z
  .strictObject({
    kind: z.literal("daily"),
    timezone,
    time: z.string().min(1).max(16).meta({
      description: "Local time of day, 00:00 to 23:59. One run on each day, also when the clock changes.",
      pattern: "^([01]\\d|2[0-3]):[0-5]\\d$",
      example: "09:00",
    }),
    everyDays: z.int().min(1).max(365).optional().meta({
      description:
        "Run on every n-th day only, 1 if absent. The local date on which the schedule was set is day 0.",
      example: 1,
    }),
  })
  .meta({
    title: "Daily",
    description: "A run at one time of day, on every day or every n-th.",
    example: { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
  });

const cron = z
  .strictObject({
    kind: z.literal("cron"),
    timezone,
    cron: z.string().min(1).max(500).meta({
      description:
        "Five fields: minute, hour, day of month, month, day of week. Names (`MON`, `JAN`), lists, ranges and steps; `L` for the last day of the month; `FRI#2` for the second and `FRI#L` for the last Friday of the month; weekdays 0 to 7, where 0 and 7 are Sunday. If day of month and day of week are both restricted, either is enough. With `*` or a step in the minute or hour the runs follow the clock: twice in a repeated hour, not at all in a skipped one. Other times run once, a skipped one at the first instant after the gap.",
      example: "0 9 * * MON-FRI",
    }),
  })
  .meta({
    title: "Cron",
    description: "Runs by a cron expression in a time zone.",
    example: { kind: "cron", timezone: "America/New_York", cron: "0 9 * * MON-FRI" },
  });

/**
 * The shape of a schedule. What a schedule means (zone known, date possible, cron readable) is checked by
 * `checkSchedule`, which can say more than a pattern can.
 */
export const scheduleSchema = z.discriminatedUnion("kind", [once, daily, cron]).meta({
  id: "Schedule",
  description: "When a task runs.",
  example: { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
});

/** When a task runs, in local time of `timezone`. */
export type Schedule = z.infer<typeof scheduleSchema>;
