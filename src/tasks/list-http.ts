import { z } from "zod";
import { invalidField } from "../base/errors.ts";
import { type Route, route } from "../base/route.ts";
import {
  booleanInQuery,
  idOf,
  idsInQuery,
  pageOf,
  pageQuery,
  requireIdsAlone,
  searchInQuery,
} from "../base/schemas.ts";
import { type Core, outcomes } from "../engine/index.ts";
import { presentTasks } from "./present.ts";
import { exampleTask, instantIn, taskOut } from "./schemas.ts";
import { type TaskState, taskStates } from "./task.ts";
import { listTasks, listTasksByNextRun } from "./tasks.ts";

const isState = (word: string): word is TaskState => taskStates.some((state) => state === word);

/** One or more states with commas between them. */
const statesInQuery = z
  .string()
  .max(100)
  .transform((value, context) => {
    const words = value.split(",");
    const states = words.filter(isState);
    if (states.length === words.length && new Set(words).size === words.length) return states;
    const message = `must be one or more of ${taskStates.join(", ")}, each once, with commas between them`;
    context.addIssue({ code: "custom", message, params: { code: "not_one_of" } });
    return z.NEVER;
  })
  .meta({
    description: `Only tasks in one of these states, with commas between them: ${taskStates.join(", ")}`,
    example: "paused,auto_paused",
  });

const endStatuses = ["completed", "failed", "canceled", "skipped"] as const;

const query = z.strictObject({
  ...pageQuery,
  ids: idsInQuery("task").optional(),
  q: searchInQuery("Part of the name or the description, in any case"),
  state: statesInQuery.optional(),
  agentId: idOf("agent").optional(),
  contactId: idOf("contact").optional(),
  externalId: z.string().max(200).optional().meta({ description: "Only with this id of yours" }),
  scheduled: booleanInQuery
    .optional()
    .meta({ description: "true: only with a schedule; false: only without" }),
  hasFailed: booleanInQuery
    .optional()
    .meta({ description: "true: only where the latest scheduled run that ended failed" }),
  lastStatus: z
    .enum(endStatuses)
    .optional()
    .meta({ description: "Only where `lastExecution` has this status" }),
  lastOutcome: z
    .enum(outcomes)
    .optional()
    .meta({ description: "Only where `lastExecution` has this outcome" }),
  nextRunAfter: instantIn.optional().meta({ description: "Only with a next run at this instant or later" }),
  nextRunBefore: instantIn.optional().meta({ description: "Only with a next run before this instant" }),
  sort: z.enum(["newest", "nextRunAt"]).optional().meta({
    description:
      "`newest` (default), or `nextRunAt`: the soonest next run first, and only tasks that have one. Those with a `relative` schedule are not among them, since each of their contacts has a time of its own (see `getTaskCalendar`). It does not go with `q`",
  }),
  include: z.enum(["recentExecutions"]).optional().meta({
    description: "`recentExecutions`: with the newest ten executions of each task",
  }),
});

/** `GET /v1/tasks`. */
export function listRoute(core: Core): Route {
  return route({
    scope: "read",
    method: "GET",
    path: "/v1/tasks",
    operationId: "listTasks",
    tool: { name: "list_tasks", readOnly: true },
    tag: "Tasks",
    summary: "List tasks, newest first",
    query,
    response: pageOf(taskOut),
    examples: { response: { items: [exampleTask], nextCursor: null } },
    handler: ({ caller, query: { limit, cursor, sort, include, ...filter } }) => {
      requireIdsAlone({ ...filter, sort });
      const byNextRun = sort === "nextRunAt";
      if (byNextRun && filter.q !== undefined)
        throw invalidField("sort", "not_allowed", "must be newest with q: a search answers the newest first");
      return core.db.tenant(caller.workspaceId, async (tx) => {
        const list = byNextRun ? listTasksByNextRun : listTasks;
        const page = await list(tx, filter, { limit, cursor });
        const recentExecutions = include === "recentExecutions";
        const items = [...(await presentTasks(tx, page.items, { recentExecutions }))];
        return { items, nextCursor: page.nextCursor };
      });
    },
  });
}
