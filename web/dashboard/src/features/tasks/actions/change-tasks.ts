import type { Task } from "../../../api/generated/model";
import { changeTasks } from "../../../api/generated/tasks/tasks";
import { askAgain, foreseeChange } from "../../../api/kept-answers.ts";
import { sentenceOf } from "../../../api/problem.ts";
import { sayDone, sayFailed, sayRefused } from "../../../components/say.tsx";
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

const collection = "/v1/tasks";

/**
 * Does the action to all of them: on the screen at once, then on the server. Those that it refuses look again as they
 * did, and the reasons are listed; where it can be taken back the message offers it.
 */
export async function changeMany(action: TaskAction, tasks: readonly Task[], note?: string): Promise<void> {
  const foreseen = await show(action, tasks, note);
  const { refusals, fault } = await ask(action, tasks, note);
  const refused = new Set(refusals.map(({ task }) => task.id));
  const done = tasks.filter(({ id }) => !refused.has(id));
  if (refused.size > 0) {
    foreseen.takeBack();
    if (done.length > 0) await show(action, done, note);
  }
  askAgain(collection);
  if (done.length > 0) sayDone(sayWhatWasDone(action, done), undoOf(action, done));
  if (refusals.length === 0) return;
  const what = sayWhatWasNot(action, refusals, tasks.length);
  if (fault !== undefined) sayFailed(what, fault);
  else sayRefused(what, tasks.length === 1 ? refusals.map(({ message }) => message) : sayReasons(refusals));
}

function undoOf(action: TaskAction, done: readonly Task[]): (() => void) | undefined {
  const changes = invert(action, done);
  if (changes.length === 0) return undefined;
  return () => {
    for (const change of changes) void changeMany(change.action, change.tasks, change.note);
  };
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

/** Makes the tasks look as they will after the action, wherever they are shown. */
function show(action: TaskAction, tasks: readonly Task[], note: string | undefined) {
  const ids = new Set(tasks.map(({ id }) => id));
  return foreseeChange<Task>(collection, (task) => (ids.has(task.id) ? foresee(action, task, note) : task));
}
