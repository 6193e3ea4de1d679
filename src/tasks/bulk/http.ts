import { z } from "zod";
import { toId } from "../../base/ids.ts";
import { type Route, route } from "../../base/route.ts";
import { idOf, idOut, text } from "../../base/schemas.ts";
import type { Core } from "../../engine/index.ts";
import { taskStates } from "../task.ts";
import { bulkActions, changeTasks } from "./bulk.ts";

const mostTasks = 100;

const bulkBody = z
  .strictObject({
    action: z.enum(bulkActions).meta({ description: "What is done to each of them", example: "pause" }),
    ids: z
      .array(idOf("task"))
      .min(1)
      .max(mostTasks)
      .refine((ids) => new Set(ids).size === ids.length, {
        error: "must not name a task twice",
        params: { code: "duplicate" },
      })
      .meta({ description: `1 to ${mostTasks} tasks`, example: ["task_01k3v8q5x8e7arf4s2m6t9c0wd"] }),
    note: text({ min: 1, max: 500 })
      .optional()
      .meta({ description: "Why they are paused, for colleagues; for `pause` only", example: "On holiday" }),
  })
  .refine(({ action, note }) => note === undefined || action === "pause", {
    error: "is for the action pause only",
    path: ["note"],
    params: { code: "not_allowed" },
  });

const bulkOut = z
  .object({
    items: z
      .array(
        z.discriminatedUnion("ok", [
          z.object({
            id: idOut("task"),
            ok: z.literal(true),
            state: z.enum(taskStates).nullable().meta({ description: "Now; null if it was deleted" }),
          }),
          z.object({
            id: idOut("task"),
            ok: z.literal(false),
            error: z
              .object({ code: z.string(), message: z.string() })
              .meta({ description: "As the task's own route would answer it" }),
          }),
        ]),
      )
      .meta({ description: "What became of each task, in the order of `ids`" }),
  })
  .meta({ id: "BulkTasksResult" });

/** `POST /v1/tasks/bulk`. */
export function bulkRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/tasks/bulk",
      operationId: "changeTasks",
      tag: "Tasks",
      summary: "Pause, resume, cancel or delete several tasks",
      description:
        "Does to each task what `pauseTask`, `resumeTask`, `cancelTask` or `deleteTask` would do, one after the other. What is refused for one, or is not there, keeps none of the others from it: the answer is 200 and says of each what became of it.",
      status: 200,
      body: bulkBody,
      response: bulkOut,
      examples: {
        body: { action: "pause", ids: ["task_01k3v8q5x8e7arf4s2m6t9c0wd"], note: "On holiday" },
        response: {
          items: [
            { id: "task_01k3v8q5x8e7arf4s2m6t9c0wd", ok: true, state: "paused" },
            {
              id: "task_01k3v8q5x8e7arf4s2m6t9c0we",
              ok: false,
              error: { code: "task_ended", message: "The task has ended; there is nothing to pause." },
            },
          ],
        },
      },
      handler: async ({ caller, requestId, body }) => {
        const results = await changeTasks(core, caller.workspaceId, body, { caller, requestId });
        return { items: results.map((result) => ({ ...result, id: toId("task", result.id) })) };
      },
    }),
  ];
}
