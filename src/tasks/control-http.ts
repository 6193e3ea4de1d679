import { z } from "zod";
import type { ErrorCode } from "../base/errors.ts";
import { type Route, type RouteTool, route } from "../base/route.ts";
import { idOf } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, exampleExecution, executionOut, presentExecution } from "../engine/index.ts";
import type { Origin } from "../workspaces/index.ts";
import { cancelTask, pauseTask, resumeTask, triggerTask } from "./control.ts";
import { taskErrors } from "./errors.ts";
import { presentOneTask } from "./present.ts";
import { exampleTask, noBody, pauseBody, taskOut } from "./schemas.ts";
import type { Task } from "./task.ts";

const tag = "Tasks";
const params = z.object({ taskId: idOf("task") });

/** Verbs under `/v1/tasks/{taskId}`. */
export function controlRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/tasks/:taskId/trigger",
      operationId: "triggerTask",
      tool: { name: "trigger_task", destructive: true, writesOutside: true },
      tag,
      summary: "Run a task now",
      description:
        "Works in every state and leaves the schedule alone: the next run stays, and a failure pauses nothing. While an execution has not ended, the overlap policy decides: `skip` answers 409, `queue_one` lets this one wait for its end (409 if one waits already), `cancel_previous` cancels it, `allow` runs both. Over an audience it makes an execution for each contact and answers the first.",
      status: 201,
      params,
      body: noBody,
      response: executionOut,
      errors: [taskErrors.execution_in_progress],
      examples: { body: {}, response: exampleExecution },
      handler: ({ caller, requestId, params: { taskId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentExecution(await triggerTask(core, tx, taskId, { caller, requestId })),
        ),
    }),
    verbRoute(core, {
      verb: "cancel",
      operationId: "cancelTask",
      tool: { name: "cancel_task", destructive: true, idempotent: true },
      summary: "Cancel a task's executions",
      description:
        "Stops everything of it that is queued, running or waiting within two seconds, a model call in flight included, and withdraws its messages that are held. So it does with the replies that its agent is giving in its sessions: what those were to answer waits for a person. The task, its next run and its sessions stay. With nothing to cancel it changes nothing.",
      body: noBody,
      change: (tx, taskId, _body, origin) => cancelTask(core, tx, taskId, origin),
    }),
    verbRoute(core, {
      verb: "pause",
      operationId: "pauseTask",
      tool: { name: "pause_task", destructive: true, idempotent: true },
      summary: "Pause a task",
      description:
        "It has no next run until it is resumed; what is under way goes on, and a run that was due is recorded as skipped.",
      body: pauseBody,
      errors: [taskErrors.task_ended],
      example: { note: "On holiday" },
      change: (tx, taskId, body, origin) => pauseTask(core, tx, taskId, body?.note, origin),
    }),
    verbRoute(core, {
      verb: "resume",
      operationId: "resumeTask",
      tool: { name: "resume_task", destructive: false, idempotent: true, writesOutside: true },
      summary: "Resume a task",
      description:
        "It runs next at its schedule's first time after now, so it never runs at once and makes up for nothing; the schedule itself does not move. A task that could never run again is refused with the reason.",
      body: noBody,
      errors: [taskErrors.task_not_resumable],
      change: (tx, taskId, _body, origin) => resumeTask(core, tx, taskId, origin),
    }),
  ];
}

function verbRoute<B extends z.ZodType>(
  core: Core,
  spec: {
    readonly verb: "cancel" | "pause" | "resume";
    readonly operationId: string;
    readonly tool: RouteTool;
    readonly summary: string;
    readonly description: string;
    readonly body: B;
    readonly errors?: readonly ErrorCode[];
    readonly example?: unknown;
    readonly change: (tx: TenantTx, taskId: string, body: z.output<B>, origin: Origin) => Promise<Task>;
  },
): Route {
  const { verb, change, example = {}, errors = [], ...document } = spec;
  return route({
    ...document,
    errors,
    scope: "write",
    method: "POST",
    path: `/v1/tasks/:taskId/${verb}`,
    tag,
    params,
    response: taskOut,
    examples: { body: example, response: exampleTask },
    handler: ({ caller, requestId, params: { taskId }, body }) =>
      core.db.tenant(caller.workspaceId, async (tx) => {
        const task = await change(tx, taskId, body, { caller, requestId });
        return presentOneTask(tx, task);
      }),
  });
}
