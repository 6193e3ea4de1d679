import { z } from "zod";
import { goals } from "../task.ts";

/** What ends a task before its schedule does. To-dos do not exist yet, so nothing could ever resolve one. */
export const endWhen = z
  .array(
    z.enum(goals).refine((goal) => goal !== "todo_resolved", {
      error: "must be goal_met, conversation_closed or contact_replied: there are no to-dos yet",
      params: { code: "not_available" },
    }),
  )
  .max(goals.length)
  .refine((given) => new Set(given).size === given.length, {
    error: "must name each goal once",
    params: { code: "duplicate" },
  })
  .meta({ description: "What ends the task before its schedule does", example: ["contact_replied"] });
