import { z } from "zod";
import { commonErrors, requireFound } from "../base/errors.ts";
import { type Route, route } from "../base/route.ts";
import { idOf, pageOf, pageQuery, searchInQuery } from "../base/schemas.ts";
import {
  type Core,
  exampleExecution,
  executionOut,
  listExecutions,
  presentExecution,
} from "../engine/index.ts";
import { controlRoutes } from "./control-http.ts";
import { taskErrors } from "./errors.ts";
import { listRoute } from "./list-http.ts";
import { presentOneTask } from "./present.ts";
import { exampleBody, exampleTask, newTask, taskChanges, taskOut } from "./schemas.ts";
import { createTask, deleteTask, getTask, updateTask } from "./tasks.ts";

const tag = "Tasks";
const params = z.object({ taskId: idOf("task") });

/** Routes under `/v1/tasks`. */
export function taskRoutes(core: Core): readonly Route[] {
  return [listRoute(core), ...readingRoutes(core), ...writingRoutes(core), ...controlRoutes(core)];
}

function writingRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/tasks",
      operationId: "createTask",
      tool: { name: "create_task", destructive: false, writesOutside: true },
      tag,
      summary: "Create a task",
      description:
        "It is active at once and first runs at the next time its schedule names; without a schedule it runs when triggered.",
      status: 201,
      body: newTask,
      response: taskOut,
      errors: [
        taskErrors.agent_disabled,
        taskErrors.agent_required,
        taskErrors.channel_required,
        commonErrors.external_id_taken,
      ],
      examples: { body: exampleBody, response: exampleTask },
      handler: ({ caller, requestId, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentOneTask(tx, await createTask(core, tx, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "PATCH",
      path: "/v1/tasks/:taskId",
      operationId: "updateTask",
      tool: { name: "update_task", destructive: true, idempotent: true, writesOutside: true },
      tag,
      summary: "Change a task",
      description:
        "Fields that are absent stay; `limits` and `policies` are changed one by one. Executions under way go on as they were at their start. Another schedule counts from now, and a run of the former one that was due is recorded as skipped. It makes a task that has ended active again, as a later `expiresAt` does for one that has expired; any other state stays.",
      params,
      body: taskChanges,
      response: taskOut,
      errors: [
        taskErrors.agent_disabled,
        taskErrors.agent_required,
        taskErrors.channel_required,
        taskErrors.task_not_resumable,
        commonErrors.external_id_taken,
      ],
      examples: { body: { limits: { maxCostUsd: "0.25" } }, response: exampleTask },
      handler: ({ caller, requestId, params: { taskId }, body }) =>
        core.db.tenant(caller.workspaceId, async (tx) =>
          presentOneTask(tx, await updateTask(core, tx, taskId, body, { caller, requestId })),
        ),
    }),
    route({
      scope: "write",
      method: "DELETE",
      path: "/v1/tasks/:taskId",
      operationId: "deleteTask",
      tool: { name: "delete_task", destructive: true, idempotent: true },
      tag,
      summary: "Delete a task",
      description:
        "Its executions are cancelled and deleted with it, in the background where they are many; conversations remain.",
      status: 204,
      params,
      response: z.undefined(),
      handler: ({ caller, requestId, params: { taskId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          await deleteTask(core, tx, taskId, { caller, requestId });
          return undefined;
        }),
    }),
  ];
}

function readingRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/tasks/:taskId",
      operationId: "getTask",
      tool: { name: "get_task", readOnly: true },
      tag,
      summary: "Read a task",
      params,
      response: taskOut,
      examples: { response: exampleTask },
      handler: ({ caller, params: { taskId } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          const task = requireFound(await getTask(tx, taskId), "task");
          return presentOneTask(tx, task);
        }),
    }),
    route({
      scope: "read",
      method: "GET",
      path: "/v1/tasks/:taskId/executions",
      operationId: "listTaskExecutions",
      tag,
      summary: "List a task's executions, newest first",
      description: "Runs that were skipped or missed are among them, each with its reason.",
      params,
      query: z.strictObject({
        ...pageQuery,
        q: searchInQuery(
          "Part of the contact's name, e-mail address, phone number or externalId, or of the task's own texts, in any case",
        ),
      }),
      response: pageOf(executionOut),
      examples: { response: { items: [exampleExecution], nextCursor: null } },
      handler: ({ caller, params: { taskId }, query: { limit, cursor, q } }) =>
        core.db.tenant(caller.workspaceId, async (tx) => {
          requireFound(await getTask(tx, taskId), "task");
          const page = await listExecutions(tx, { taskId, q }, { limit, cursor });
          return { items: page.items.map(presentExecution), nextCursor: page.nextCursor };
        }),
    }),
  ];
}
