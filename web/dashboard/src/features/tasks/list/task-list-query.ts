import { cursorQuery } from "../../../api/cursor-query.ts";
import { getListTasksInfiniteQueryOptions } from "../../../api/generated/tasks/tasks";
import { type TaskSearch, toParams } from "./rules.ts";

/** More than a screen shows, so that the next page is not asked for before somebody scrolls. */
const pageSize = 60;

/** The list of tasks with these filters, as its page shows it and its route asks for it. */
export function taskListQuery(search: TaskSearch) {
  return getListTasksInfiniteQueryOptions(
    { ...toParams(search), limit: pageSize, include: "recentExecutions" },
    { query: cursorQuery },
  );
}
