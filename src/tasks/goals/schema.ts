import { z } from "zod";
import { goals } from "../task.ts";

/** What ends a task before its schedule does. */
export const endWhen = z
  .array(z.enum(goals))
  .max(goals.length)
  .refine((given) => new Set(given).size === given.length, {
    error: "must name each goal once",
    params: { code: "duplicate" },
  })
  .meta({ description: "What ends the task before its schedule does", example: ["contact_replied"] });
