import { z } from "zod";
import { invalidField } from "../../base/errors.ts";
import { toId, toIdOrNull } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import { idOf, idOut, instant, instantOut, timezone } from "../../base/schemas.ts";
import type { Core } from "../../engine/index.ts";
import { latestFrom } from "../preview-http.ts";
import { instantIn } from "../schemas.ts";
import { taskStates } from "../task.ts";
import { type Calendar, loadCalendar } from "./calendar.ts";
import { type CalendarDay, isFitting, longestDays } from "./rules.ts";

const query = z.strictObject({
  from: instantIn
    .refine((from) => from.getTime() < latestFrom, {
      error: "must be before the year 3000",
      params: { code: "out_of_range" },
    })
    .meta({
      description: "Runs from this instant on, but none that are past",
      example: "2027-02-28T23:00:00Z",
    }),
  to: instantIn.meta({
    description: `Runs before this instant, which is at most ${longestDays} days after \`from\``,
    example: "2027-03-31T22:00:00Z",
  }),
  timezone: timezone.meta({ description: "IANA name of the zone whose days are meant" }),
  agentId: idOf("agent").optional(),
  contactId: idOf("contact").optional().meta({
    description: "Only tasks of this contact, and its times among those of a `relative` schedule",
  }),
});

const calendarOut = z
  .object({
    days: z
      .array(
        z.object({
          date: z.iso.date().meta({ example: "2027-03-01" }),
          count: z
            .int()
            .meta({ description: "Runs of that day, also of tasks that are not among the items" }),
          items: z
            .array(
              z.object({
                taskId: idOut("task"),
                name: z.string(),
                agentId: idOut("agent").nullable(),
                contactId: idOut("contact").nullable(),
                state: z.enum(taskStates),
                at: instantOut.meta({ description: "Its first run of the day, without jitter" }),
                until: instantOut.meta({ description: "Its last run of the day" }),
                count: z.int().meta({ description: "Its runs of the day" }),
              }),
            )
            .meta({ description: "One for each task, by `at`; at most 200" }),
        }),
      )
      .meta({ description: "Days that have runs, in order" }),
    truncated: z.boolean().meta({
      description:
        "True: there are more than 500 tasks, or 20000 times of contacts, and only those that come first are here",
    }),
  })
  .meta({ id: "TaskCalendar" });

type CalendarOut = z.input<typeof calendarOut>;

const exampleAnswer: CalendarOut = {
  days: [
    {
      date: "2027-03-01",
      count: 1,
      items: [
        {
          taskId: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
          name: "Morning check-in",
          agentId: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
          contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
          state: "active",
          at: "2027-03-01T08:00:00.000Z",
          until: "2027-03-01T08:00:00.000Z",
          count: 1,
        },
      ],
    },
  ],
  truncated: false,
};

/** `GET /v1/tasks/calendar`. */
export function calendarRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/tasks/calendar",
      operationId: "getTaskCalendar",
      tool: { name: "get_task_calendar", readOnly: true },
      tag: "Tasks",
      summary: "See the runs to come, by day",
      description:
        "What active tasks will do by their schedules, as they are now. Runs of a `relative` schedule are those whose contacts have their date already.",
      query,
      response: calendarOut,
      examples: { response: exampleAnswer },
      handler: ({ caller, query: { agentId, contactId, ...window } }) => {
        if (!isFitting(window))
          throw invalidField("to", "out_of_range", `must be after from, by at most ${longestDays} days`);
        return core.db.tenant(caller.workspaceId, async (tx) =>
          presentCalendar(await loadCalendar(tx, { agentId, contactId }, window)),
        );
      },
    }),
  ];
}

function presentCalendar({ days, truncated }: Calendar): CalendarOut {
  return { days: days.map(presentDay), truncated };
}

function presentDay({ date, count, items }: CalendarDay): CalendarOut["days"][number] {
  return {
    date,
    count,
    items: items.map((item) => ({
      taskId: toId("task", item.taskId),
      name: item.name,
      agentId: toIdOrNull("agent", item.agentId),
      contactId: toIdOrNull("contact", item.contactId),
      state: item.state,
      at: instant(item.at),
      until: instant(item.until),
      count: item.count,
    })),
  };
}
