import { z } from "zod";
import { requireFound } from "../../base/errors.ts";
import { toIdOrNull } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import { digitsInQuery, idOf, idOut, instant, instantOut } from "../../base/schemas.ts";
import { getContact } from "../../contacts/index.ts";
import type { Core } from "../../engine/index.ts";
import { warningsOut } from "../preview-http.ts";
import { getTask } from "../tasks.ts";
import { type Touch, touchesAtMost, touchKinds } from "./rules.ts";
import { loadNextRuns, loadUpcoming } from "./upcoming.ts";

const nextOut = z
  .object({
    next: z.array(instantOut).meta({
      description: "The next runs, without jitter; fewer than `count` if the schedule is over after them",
    }),
    warnings: warningsOut,
  })
  .meta({ id: "UpcomingRuns" });

const touchesOut = z
  .object({
    items: z
      .array(
        z.object({
          at: instantOut.meta({ description: "When; of a held message, until when it waits at most" }),
          kind: z.enum(touchKinds).meta({
            description:
              "The next run of a task with this contact, of one whose audience the contact is in now, or by a date of the contact; or a message that is held",
          }),
          taskId: idOut("task").nullable(),
          taskName: z.string().nullable(),
          messageId: idOut("message").nullable(),
          conversationId: idOut("conversation").nullable(),
        }),
      )
      .meta({ description: `The soonest first, at most ${touchesAtMost}` }),
    truncated: z.boolean().meta({
      description:
        "True: there is more to come, or more than 200 tasks have an audience and only those that run first were looked at",
    }),
  })
  .meta({ id: "UpcomingTouches" });

/** What is to come: of one task, and for one contact. */
export function upcomingRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/tasks/:taskId/upcoming",
      operationId: "listUpcomingRuns",
      tag: "Tasks",
      summary: "See a task's next runs",
      description:
        "By its schedule as it is, with a warning for each change of the clock that meets one of them. None while it is not active. Of a `relative` schedule they are the times of contacts who have their date already.",
      params: z.object({ taskId: idOf("task") }),
      query: z.strictObject({
        count: digitsInQuery(1, 100).prefault(5).meta({ description: "How many at most, 1 to 100" }),
      }),
      response: nextOut,
      examples: {
        response: { next: ["2027-03-02T08:00:00.000Z", "2027-03-03T08:00:00.000Z"], warnings: [] },
      },
      handler: ({ caller, params: { taskId }, query: { count } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const task = requireFound(await getTask(tx, taskId), "task");
          const { next, warnings } = await loadNextRuns(tx, task, count);
          return {
            next: next.map((run) => instant(run)),
            warnings: warnings.map((warning) => ({ ...warning, at: instant(warning.at) })),
          };
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/contacts/:contactId/upcoming",
      operationId: "listUpcomingTouches",
      tag: "Contacts",
      summary: "See what will reach a contact",
      description:
        "Next runs of active tasks that are about it, and messages to it that are held. Whether a run writes is for its agent to decide, and for the gate. A contact that opted out gets no runs, so only what is held is listed.",
      params: z.object({ contactId: idOf("contact") }),
      response: touchesOut,
      examples: {
        response: {
          items: [
            {
              at: "2027-03-02T08:00:00.000Z",
              kind: "task",
              taskId: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
              taskName: "Morning check-in",
              messageId: null,
              conversationId: null,
            },
          ],
          truncated: false,
        },
      },
      handler: ({ caller, params: { contactId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const contact = requireFound(await getContact(tx, contactId), "contact");
          const { items, truncated } = await loadUpcoming(tx, contact);
          return { items: items.map(presentTouch), truncated };
        }),
    }),
  ];
}

function presentTouch({ at, kind, taskId, taskName, messageId, conversationId }: Touch) {
  return {
    ...{ at: instant(at), kind, taskName },
    taskId: toIdOrNull("task", taskId),
    messageId: toIdOrNull("message", messageId),
    conversationId: toIdOrNull("conversation", conversationId),
  };
}
