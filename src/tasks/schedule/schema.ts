import { z } from "zod";
import { text } from "../../base/schemas.ts";

const dateTimePattern = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?$";

const timezone = z.string().min(1).max(64).meta({
  description: "IANA time zone name, spelled as in the database. Offsets are not accepted.",
  example: "Europe/Berlin",
});

const timeOfDay = (description: string) =>
  z.string().min(1).max(16).meta({ description, pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", example: "09:00" });

const jitterSeconds = z.int().min(0).max(3_600).optional().meta({
  description:
    "Spreads the load: each run starts up to this much after its time, by a share that is the same whenever the same run is looked at. 0 if absent. Must be less than the shortest time between two runs.",
  example: 60,
});

const startsAt = z.string().min(1).max(32).optional().meta({
  description:
    "No run before this local date and time in `timezone`. `everyDays` and `everyWeeks` count from its date.",
  pattern: dateTimePattern,
  example: "2027-03-01T09:00",
});

const endsAt = z.string().min(1).max(32).optional().meta({
  description: "No run after this local date and time in `timezone`; a run at that very time still happens.",
  pattern: dateTimePattern,
  example: "2027-12-31T18:00",
});

const maxRuns = z.int().min(1).max(1_000_000).optional().meta({
  description: "The schedule is over after this many runs. Runs that were skipped do not count.",
  example: 10,
});

const bounds = { startsAt, endsAt, maxRuns, jitterSeconds };

const oneRunOnly = new Set(["startsAt", "endsAt", "maxRuns"]);

const once = z
  .strictObject(
    {
      kind: z.literal("once"),
      timezone,
      at: z.string().min(1).max(32).meta({
        description:
          "Local date and time in `timezone`, without an offset. If the clock skips it, the run is at the first instant after the gap; if the clock shows it twice, at the first.",
        pattern: dateTimePattern,
        example: "2027-03-01T09:00",
      }),
      jitterSeconds,
    },
    {
      error: (issue) =>
        issue.code === "unrecognized_keys" && issue.keys.some((key) => oneRunOnly.has(key))
          ? "is no field of the kind once, which has one run, at `at`; accepted are: kind, timezone, at, jitterSeconds"
          : undefined,
    },
  )
  .meta({
    title: "Once",
    description: "One run at a local date and time.",
    example: { kind: "once", timezone: "Europe/Berlin", at: "2027-03-01T09:00" },
  });

const hourly = z
  .strictObject({
    kind: z.literal("hourly"),
    timezone,
    minute: z.int().min(0).max(59).meta({
      description:
        "Minute of every hour that the clock shows, 0 to 59. The runs follow the clock: twice in a repeated hour, not at all in a skipped one.",
      example: 15,
    }),
    ...bounds,
  })
  .meta({
    title: "Hourly",
    description: "A run at one minute of every hour.",
    example: { kind: "hourly", timezone: "Europe/Berlin", minute: 15 },
  });

const daily = z
  .strictObject({
    kind: z.literal("daily"),
    timezone,
    time: timeOfDay("Local time of day, 00:00 to 23:59. One run on each day, also when the clock changes."),
    everyDays: z.int().min(1).max(365).optional().meta({
      description:
        "Run on every n-th day only, 1 if absent. Day 0 is the date of `startsAt`, without it the local date on which the schedule was set.",
      example: 1,
    }),
    ...bounds,
  })
  .meta({
    title: "Daily",
    description: "A run at one time of day, on every day or every n-th.",
    example: { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
  });

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

const weekly = z
  .strictObject({
    kind: z.literal("weekly"),
    timezone,
    // That at least one is named, and none twice, is checked by `checkSchedule`, with codes of their own.
    weekdays: z
      .array(z.enum(weekdays))
      .max(100)
      .meta({
        description: "One or more days of the week, none of them twice.",
        example: ["monday", "thursday"],
        minItems: 1,
        maxItems: 7,
        uniqueItems: true,
      }),
    time: timeOfDay("Local time of day, 00:00 to 23:59. One run on each of the days."),
    everyWeeks: z.int().min(1).max(52).optional().meta({
      description:
        "Run in every n-th week only, 1 if absent. Weeks start on Monday; week 0 is the one with the date of `startsAt`, without it the one with the local date on which the schedule was set.",
      example: 2,
    }),
    ...bounds,
  })
  .meta({
    title: "Weekly",
    description: "A run at one time of day on some days of the week, in every week or every n-th.",
    example: { kind: "weekly", timezone: "Europe/Berlin", weekdays: ["monday", "thursday"], time: "09:00" },
  });

const monthlyDay = 'must be a day from 1 to 31, or "last"';

const monthly = z
  .strictObject({
    kind: z.literal("monthly"),
    timezone,
    day: z
      .union(
        [
          z.int({ error: monthlyDay }).min(1, { error: monthlyDay }).max(31, { error: monthlyDay }),
          z.literal("last"),
        ],
        { error: monthlyDay },
      )
      .meta({
        description: 'Day of the month, 1 to 31, or "last". In a month without that day, its last day.',
        example: 31,
      }),
    time: timeOfDay("Local time of day, 00:00 to 23:59. One run in each month."),
    ...bounds,
  })
  .meta({
    title: "Monthly",
    description: "A run at one time of day on one day of every month.",
    example: { kind: "monthly", timezone: "Europe/Berlin", day: "last", time: "18:00" },
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
    ...bounds,
  })
  .meta({
    title: "Cron",
    description: "Runs by a cron expression in a time zone.",
    example: { kind: "cron", timezone: "America/New_York", cron: "0 9 * * MON-FRI" },
  });

const every = z
  .strictObject({
    kind: z.literal("every"),
    timezone: timezone.optional().meta({
      description:
        "Zone of `startsAt` and `endsAt`, as IANA name. If absent they are instants in UTC, with or without a `Z`. The runs follow real time and not the clock in any case.",
      example: "Europe/Berlin",
    }),
    // Its range is checked by `checkSchedule`, with codes of its own.
    seconds: z.int().meta({
      description: "Seconds of real time from one run to the next, 60 to 31622400 (366 days).",
      minimum: 60,
      maximum: 31_622_400,
      example: 5_400,
    }),
    ...bounds,
    startsAt: startsAt.meta({
      description:
        "Date and time of the first run, in `timezone` or else UTC. If absent, the first run is one interval after the schedule was set.",
      pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?Z?$",
      example: "2027-03-01T09:00Z",
    }),
    endsAt: endsAt.meta({
      description:
        "No run after this date and time, in `timezone` or else UTC; a run at that very time still happens.",
      pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?Z?$",
      example: "2027-12-31T18:00Z",
    }),
  })
  .meta({
    title: "Every",
    description: "Runs at a fixed distance of real time.",
    example: { kind: "every", seconds: 5_400 },
  });

const longestOffsetSeconds = 315_576_000;

const relative = z
  .strictObject({
    kind: z.literal("relative"),
    timezone,
    attribute: text({ min: 1, max: 200 }).meta({
      description:
        "The contact's attribute that holds the date: an instant (`2027-03-01T09:00:00Z`), a local date and time, or a date.",
      example: "appointment",
    }),
    offsetSeconds: z.int().min(-longestOffsetSeconds).max(longestOffsetSeconds).meta({
      description:
        "How long after the date the run is; negative is before it. It is real time from a date that has a time, unless `time` is given; else days and hours of the calendar.",
      example: -86_400,
    }),
    time: timeOfDay(
      "The run is at this local time of the day that date and offset give. If absent, at the very time.",
    ).optional(),
    ...bounds,
  })
  .meta({
    title: "Relative",
    description: "A run for each contact, by a date among its attributes.",
    example: {
      kind: "relative",
      timezone: "Europe/Berlin",
      attribute: "purchasedAt",
      offsetSeconds: 604_800,
      time: "10:00",
    },
  });

/**
 * The shape of a schedule. What a schedule means (zone known, date possible, cron readable) is checked by
 * `checkSchedule`, which can say more than a pattern can.
 */
export const scheduleSchema = z
  .discriminatedUnion("kind", [once, hourly, daily, weekly, monthly, cron, every, relative])
  .meta({
    id: "Schedule",
    description: "When a task runs.",
    example: { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
  });

/** When a task runs, in local time of `timezone`. */
export type Schedule = z.infer<typeof scheduleSchema>;

/** A schedule of one kind. */
export type ScheduleOf<Kind extends Schedule["kind"]> = Extract<Schedule, { kind: Kind }>;

/** One whose runs are times that the clocks of its zone show. */
export type LocalSchedule = Exclude<Schedule, { kind: "every" | "relative" }>;
