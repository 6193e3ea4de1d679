import type { Task } from "../../../api/generated/model";
import { triggerTask } from "../../../api/generated/tasks/tasks";
import { askAgain } from "../../../api/kept-answers.ts";
import { ApiError } from "../../../api/problem.ts";
import { ask } from "../../../components/ask.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { changeMany } from "./change-tasks.ts";
import { askPauseNote } from "./pause-dialog.tsx";
import { nameTasks } from "./rules.ts";

type Tasks = readonly Task[];

/** Pauses at once; it can be taken back. */
export async function pauseTasks(tasks: Tasks): Promise<void> {
  await changeMany("pause", tasks);
}

/** Pauses with a note that is asked for first. */
export async function pauseWithNote(task: Task): Promise<void> {
  const note = await askPauseNote(nameTasks([task]));
  if (note !== null) await changeMany("pause", [task], note === "" ? undefined : note);
}

export async function resumeTasks(tasks: Tasks): Promise<void> {
  await changeMany("resume", tasks);
}

/** Cancels what runs, after a question. False: called off. */
export async function cancelExecutions(tasks: Tasks): Promise<boolean> {
  const isSure = await ask({
    title: `Cancel what runs of ${nameTasks(tasks)}?`,
    text: "Executions that are queued, running or waiting stop, and their held messages are withdrawn. The schedule stays.",
    confirm: "Cancel executions",
    keep: "Keep running",
    isDangerous: true,
  });
  if (isSure) await changeMany("cancel", tasks);
  return isSure;
}

/** Deletes, after a question. False: called off. */
export async function deleteTasks(tasks: Tasks): Promise<boolean> {
  const isSure = await ask({
    title: `Delete ${nameTasks(tasks)}?`,
    text: "Their executions are cancelled and deleted with them. Conversations stay. This cannot be undone.",
    confirm: "Delete",
    isDangerous: true,
  });
  if (isSure) await changeMany("delete", tasks);
  return isSure;
}

/** Runs the task now; the message leads to the execution, also to the one that stands in the way. */
export async function runNow(task: Task, open: (executionId: string) => void): Promise<void> {
  try {
    const { id } = await triggerTask(task.id, {});
    sayDone(`${nameTasks([task])} runs.`, { label: "Open", run: () => open(id) });
  } catch (error) {
    const inTheWay = error instanceof ApiError ? error.problem.executionId : undefined;
    const offer = typeof inTheWay === "string" ? { label: "Open", run: () => open(inTheWay) } : undefined;
    sayFailed(`${nameTasks([task])} was not run`, error, offer);
  }
  askAgain("/v1/tasks");
}
