import { z } from "zod";
import { invalidField, invalidFields } from "../base/errors.ts";
import { type Route, route } from "../base/route.ts";
import { instant, instantOut } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { checkSchedule, previewSchedule, relativeRunAt, scheduleSchema } from "./schedule/index.ts";

/** As far as dates in schedules may go; the runs of the rarest cron are some thousand years long. */
export const latestFrom = Date.UTC(3_000, 0);

const from = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) < latestFrom, {
    error: "must be before the year 3000",
    params: { code: "out_of_range" },
  })
  .optional()
  .meta({
    description:
      "The runs after this instant are listed, as if the schedule were set at it. Now if it is left out",
    example: "2027-03-26T12:00:00Z",
  });

const previewBody = z.strictObject({
  schedule: scheduleSchema,
  from,
  count: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .meta({ description: "How many runs at most, 1 to 100", example: 3 }),
  attributeValue: z.json().optional().meta({
    description: "For the kind `relative`: what a contact's attribute holds; its run is then listed",
    example: "2027-03-20T15:30:00Z",
  }),
});

/** What clock changes and short months do to runs. */
export const warningsOut = z
  .array(
    z.object({
      code: z.enum([
        "skipped_time_moved",
        "skipped_hour_no_run",
        "repeated_time_runs_once",
        "repeated_hour_runs_twice",
        "local_time_shifts",
        "short_month_last_day",
      ]),
      message: z.string(),
      at: instantOut.meta({
        description: "The run that it is about; for runs that are left out, the change of the clock",
      }),
    }),
  )
  .meta({ description: "What clock changes and short months do to these runs, by time" });

const previewOut = z.object({
  description: z.string().meta({ description: "The schedule in plain words" }),
  next: z.array(instantOut).meta({
    description: "The next runs, without jitter; fewer than `count` if the schedule is over after them",
  }),
  warnings: warningsOut,
});

type PreviewOut = z.input<typeof previewOut>;

const exampleBody = {
  schedule: { kind: "daily", timezone: "Europe/Berlin", time: "02:30" },
  from: "2027-03-26T12:00:00Z",
  count: 3,
};

const exampleAnswer: PreviewOut = {
  description: "Every day at 02:30, Europe/Berlin time",
  next: ["2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z"],
  warnings: [
    {
      code: "skipped_time_moved",
      message:
        "02:30 on Sunday 28 March 2027 does not exist: the clocks of Europe/Berlin go from 02:00 to 03:00 on Sunday 28 March 2027. The run is at 03:00.",
      at: "2027-03-28T01:00:00.000Z",
    },
  ],
};

/** `/v1/schedules`: what a schedule would do, before a task has it. */
export function previewRoutes(core: Pick<Core, "clock">): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/schedules/preview",
      operationId: "previewSchedule",
      tag: "Tasks",
      summary: "Preview a schedule",
      description:
        "Says what a schedule does: in words, by its next runs, and with a warning for each change of the clock that meets one of them. Nothing is stored. A schedule that a task would not take is refused in the same way.",
      scope: "read",
      body: previewBody,
      response: previewOut,
      examples: { body: exampleBody, response: exampleAnswer },
      tool: { name: "preview_schedule", readOnly: true },
      handler: async ({ body }) => preview(body, core.clock.now()),
    }),
  ];
}

function preview(body: z.output<typeof previewBody>, now: Date): PreviewOut {
  const { schedule, count, attributeValue } = body;
  const start = body.from === undefined ? now : new Date(body.from);
  const faults = checkSchedule(schedule, start);
  if (faults.length > 0)
    throw invalidFields(...faults.map((fault) => ({ ...fault, path: `schedule.${fault.path}` })));
  const { description, next, warnings } = previewSchedule(schedule, start, count, start);
  return {
    description,
    next: [...next, ...relativeRuns(schedule, attributeValue, start)].map((run) => instant(run)),
    warnings: warnings.map((warning) => ({ ...warning, at: instant(warning.at) })),
  };
}

/** The one run of a relative schedule for a contact with this value, if it is not over. */
function relativeRuns(
  schedule: z.output<typeof scheduleSchema>,
  value: z.output<typeof previewBody>["attributeValue"],
  start: Date,
): Date[] {
  if (value === undefined) return [];
  if (schedule.kind !== "relative") {
    const message = `is for the kind relative; a schedule of the kind ${schedule.kind} has no attribute`;
    throw invalidField("attributeValue", "not_relative", message);
  }
  const run = relativeRunAt(schedule, value);
  if ("fault" in run) throw invalidField("attributeValue", "no_run", run.fault);
  return run.at > start ? [run.at] : [];
}
