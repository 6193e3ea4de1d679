import { z } from "zod";
import { type Route, route } from "../../base/route.ts";
import { idOf } from "../../base/schemas.ts";
import { type Core, exampleExecution, executionOut, presentExecution } from "../../engine/index.ts";
import { taskErrors } from "../errors.ts";
import { replayExecution } from "./replay.ts";

/** `POST /v1/executions/{id}/replay`. */
export function replayRoute(core: Core): Route {
  return route({
    method: "POST",
    path: "/v1/executions/:executionId/replay",
    operationId: "replayExecution",
    tool: { name: "replay_execution", destructive: true, writesOutside: true },
    tag: "Executions",
    summary: "Do it again",
    description:
      "A new execution for the same contact, on the task and agent as they are now. If the execution sent messages, the first try answers 409 `replay_would_repeat_messages` with their number in `messages`, and `confirm` lets it happen. Skipped executions, and others that sent nothing, need no confirmation. The schedule does not move.",
    scope: "write",
    status: 201,
    params: z.object({ executionId: idOf("execution") }),
    body: z
      .strictObject({
        confirm: z
          .boolean()
          .optional()
          .meta({ description: "True: also if messages are sent again", example: true }),
      })
      .optional(),
    response: executionOut,
    errors: [
      taskErrors.execution_in_progress,
      taskErrors.execution_not_ended,
      taskErrors.execution_not_replayable,
      taskErrors.replay_would_repeat_messages,
      taskErrors.task_deleted,
    ],
    examples: {
      body: { confirm: true },
      response: {
        ...exampleExecution,
        id: "exec_01k3v8q5x8e7arf4s2m6t9c0we",
        trigger: "replay",
        replayOf: exampleExecution.id,
        scheduledFor: null,
        status: "queued",
        outcome: null,
        summary: null,
        startedAt: null,
        completedAt: null,
        iterations: 0,
        toolCalls: 0,
        inputTokens: 0,
        outputTokens: 0,
        costUsd: "0",
        attempt: 0,
      },
    },
    async handler({ params: { executionId }, body, caller, requestId }) {
      const confirm = body?.confirm ?? false;
      const origin = { caller, requestId };
      const execution = await core.db.tenant(caller.workspaceId, (tx) =>
        replayExecution(core, tx, executionId, { confirm, origin }),
      );
      return presentExecution(execution);
    },
  });
}
