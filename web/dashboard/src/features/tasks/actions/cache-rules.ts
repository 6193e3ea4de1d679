import type { Task } from "../../../api/generated/model";

/** What is done to a task on the screen before the server has answered; null: it is gone. */
export type TaskChange = (task: Task) => Task | null;

interface PageOfTasks {
  readonly items: readonly Task[];
}

interface Pages {
  readonly pages: readonly PageOfTasks[];
}

/** An answer with tasks in it, in whichever of the three forms it is kept, with those of `ids` changed. */
export function changeTasksIn(answer: unknown, ids: ReadonlySet<string>, change: TaskChange): unknown {
  if (isPages(answer)) return { ...answer, pages: answer.pages.map((page) => changePage(page, ids, change)) };
  if (isPage(answer)) return changePage(answer, ids, change);
  // The page of a task that is about to be deleted keeps it until the server has done so.
  if (isTask(answer) && ids.has(answer.id)) return change(answer) ?? answer;
  return answer;
}

function changePage(page: PageOfTasks, ids: ReadonlySet<string>, change: TaskChange): PageOfTasks {
  const items = page.items
    .map((task) => (ids.has(task.id) ? change(task) : task))
    .filter((task) => task !== null);
  return { ...page, items };
}

function isPages(answer: unknown): answer is Pages {
  return isObject(answer) && Array.isArray(answer.pages);
}

function isPage(answer: unknown): answer is PageOfTasks {
  return isObject(answer) && Array.isArray(answer.items);
}

function isTask(answer: unknown): answer is Task {
  return isObject(answer) && typeof answer.id === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const idPart = "task_[0-9a-z]{26}";
const address = new RegExp(`^/v1/tasks(/${idPart})?$`);

/** Whether the answer under this address is tasks: a list of them or one. Calendars and executions are none. */
export function isAddressOfTasks(path: string | undefined): boolean {
  return path !== undefined && address.test(path);
}
