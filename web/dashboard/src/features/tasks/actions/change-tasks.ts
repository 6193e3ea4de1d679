import type { Task } from "../../../api/generated/model";
import { changeTasks } from "../../../api/generated/tasks/tasks";
import { addressOf } from "../../../api/live/rules.ts";
import { sentenceOf } from "../../../api/problem.ts";
import { queryClient } from "../../../api/query-client.ts";
import { sayDone, sayFailed, sayRefused } from "../../../components/say.tsx";
import { changeTasksIn, isAddressOfTasks, type TaskChange } from "./cache-rules.ts";
import {
  chunk,
  foresee,
  invert,
  mostTogether,
  type Refusal,
  sayReasons,
  sayWhatWasDone,
  sayWhatWasNot,
  type TaskAction,
} from "./rules.ts";

const ofTasks = {
  predicate: ({ queryKey }: { readonly queryKey: readonly unknown[] }) =>
    isAddressOfTasks(addressOf(queryKey)),
};

/**
 * Does the action to all of them: on the screen at once, then on the server. Those that it refuses look again as they
 * did, and the reasons are listed; where it can be taken back the message offers it.
 */
export async function changeMany(action: TaskAction, tasks: readonly Task[], note?: string): Promise<void> {
  const ids = new Set(tasks.map(({ id }) => id));
  const foreseen = await changeOnScreen(ids, (task) => foresee(action, task, note));
  const { refusals, fault } = await ask(action, tasks, note);
  const refused = new Set(refusals.map(({ task }) => task.id));
  if (refused.size > 0) foreseen.takeBack(refused);
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => addressOf(queryKey)?.startsWith("/v1/tasks") === true,
  });
  const done = tasks.filter(({ id }) => !refused.has(id));
  if (done.length > 0) sayDone(sayWhatWasDone(action, done), undoOf(action, done));
  if (refusals.length === 0) return;
  const what = sayWhatWasNot(action, refusals, tasks.length);
  if (fault !== undefined) sayFailed(what, fault);
  else sayRefused(what, tasks.length === 1 ? refusals.map(({ message }) => message) : sayReasons(refusals));
}

function undoOf(action: TaskAction, done: readonly Task[]): (() => void) | undefined {
  const inverse = invert(action, done);
  return inverse && (() => void changeMany(inverse.action, inverse.tasks));
}

interface Answer {
  readonly refusals: readonly Refusal[];
  /** Why the last of the requests had no answer, if so. */
  readonly fault: unknown;
}

async function ask(action: TaskAction, tasks: readonly Task[], note: string | undefined): Promise<Answer> {
  const refusals: Refusal[] = [];
  let fault: unknown;
  for (const some of chunk(tasks, mostTogether)) {
    try {
      const { items } = await changeTasks({ action, ids: some.map(({ id }) => id), ...(note && { note }) });
      const messages = new Map(items.map((item) => [item.id, item.ok ? undefined : item.error.message]));
      for (const task of some) {
        const message = messages.get(task.id);
        if (message !== undefined) refusals.push({ task, message });
      }
    } catch (error) {
      fault = error;
      refusals.push(...some.map((task) => ({ task, message: sentenceOf(error) })));
    }
  }
  return { refusals, fault };
}

/** Changes the tasks wherever they are shown; `takeBack` makes some of them what they were. */
async function changeOnScreen(ids: ReadonlySet<string>, change: TaskChange) {
  // An answer that is under way was made before the change and would undo it.
  await queryClient.cancelQueries(ofTasks);
  const before = queryClient.getQueriesData(ofTasks);
  const write = (some: ReadonlySet<string>) =>
    queryClient.setQueriesData(ofTasks, (answer: unknown) => changeTasksIn(answer, some, change));
  write(ids);
  return {
    takeBack(refused: ReadonlySet<string>): void {
      for (const [key, answer] of before) queryClient.setQueryData(key, answer);
      write(new Set([...ids].filter((id) => !refused.has(id))));
    },
  };
}
