import type { ChangeTasksBodyAction, Task } from "../../../api/generated/model";

export type TaskAction = ChangeTasksBodyAction;

/** One task that was refused, with the API's reason. */
export interface Refusal {
  readonly task: Task;
  readonly message: string;
}

const participles: Readonly<Record<TaskAction, string>> = {
  pause: "paused",
  resume: "resumed",
  cancel: "cancelled",
  delete: "deleted",
};

/** The API takes so many at once. */
export const mostTogether = 100;

/** "Morning check-in" or "3 tasks". */
export function nameTasks(tasks: readonly Pick<Task, "name">[]): string {
  const [only] = tasks;
  return tasks.length === 1 && only !== undefined ? `“${only.name}”` : `${tasks.length} tasks`;
}

/** "“Morning check-in” paused." */
export function sayWhatWasDone(action: TaskAction, tasks: readonly Pick<Task, "name">[]): string {
  if (action === "cancel") return `Executions of ${nameTasks(tasks)} cancelled.`;
  return `${nameTasks(tasks)} ${participles[action]}.`;
}

/** "2 of 5 tasks not paused", or with the name if there is only one. */
export function sayWhatWasNot(action: TaskAction, refusals: readonly Refusal[], of: number): string {
  if (of === 1) return `${nameTasks(refusals.map(({ task }) => task))} not ${participles[action]}`;
  return `${refusals.length} of ${of} tasks not ${participles[action]}`;
}

const linesAtMost = 6;

/** A line for each refused task; of many the first ones and how many more. */
export function sayReasons(refusals: readonly Refusal[]): readonly string[] {
  const lines = refusals.map(({ task, message }) => `${task.name}: ${message}`);
  if (lines.length <= linesAtMost) return lines;
  return [...lines.slice(0, linesAtMost), `and ${lines.length - linesAtMost} more`];
}

/** How a task looks at once after the action; null: it is gone. The server's answer replaces it. */
export function foresee(action: TaskAction, task: Task, note: string | undefined): Task | null {
  switch (action) {
    case "delete":
      return null;
    case "cancel":
      return { ...task, running: 0 };
    case "pause": {
      // What has ended stays so; the server will say it.
      if (task.state !== "active" && task.state !== "auto_paused") return task;
      const stateReason = { code: "paused", message: note ?? "Paused by hand." };
      return { ...task, state: "paused", stateReason, nextRunAt: null };
    }
    case "resume":
      if (!isPaused(task)) return task;
      return { ...task, state: "active", stateReason: null };
  }
}

export function isPaused(task: Pick<Task, "state">): boolean {
  return task.state === "paused" || task.state === "auto_paused";
}

/** One action to several tasks, with the note of a pause. */
export interface Change {
  readonly action: TaskAction;
  readonly tasks: readonly Task[];
  readonly note?: string;
}

/**
 * What takes the action back for the tasks to which it did anything, a pause with the note that it had; empty: nothing
 * does. What paused by itself or for what was deleted cannot be made so again, and to take back a part of what was done
 * would be no undo.
 */
export function invert(action: TaskAction, before: readonly Task[]): readonly Change[] {
  if (action === "pause") {
    const tasks = before.filter(({ state }) => state === "active");
    return tasks.length === 0 ? [] : [{ action: "resume", tasks }];
  }
  if (action !== "resume") return [];
  const resumed = before.filter(isPaused);
  if (!resumed.every(({ state, stateReason }) => state === "paused" && stateReason?.code === "paused"))
    return [];
  const byNote = Map.groupBy(resumed, ({ stateReason }) => stateReason?.message ?? "");
  return [...byNote].map(([note, tasks]) => ({ action: "pause", tasks, note }));
}

export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
