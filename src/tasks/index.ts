import { sessionContexts } from "../agents/index.ts";
import { contribute } from "../base/extensions.ts";
import { contactChanged } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, getExecution, type Module, removeExecutionsJob } from "../engine/index.ts";
import { notificationKinds } from "../notifications/index.ts";
import { agentToolContributions } from "./agent-tools.ts";
import { audienceRoutes } from "./audience/http.ts";
import { bulkRoutes } from "./bulk/http.ts";
import { calendarRoutes } from "./calendar/http.ts";
import { departureContributions } from "./departures.ts";
import { taskErrors } from "./errors.ts";
import { executionRoutes } from "./execution-http.ts";
import { createExpiry } from "./expiry.ts";
import { goalContributions } from "./goals/index.ts";
import { taskRoutes } from "./http.ts";
import { taskNotices } from "./notices.ts";
import { previewRoutes } from "./preview-http.ts";
import { createReconciler } from "./reconcile.ts";
import { createRelativeReconciler, createRelativeSweep, followContact } from "./relative/index.ts";
import { createTaskKind } from "./run.ts";
import { selectTask } from "./store.ts";
import { createSweep } from "./sweep.ts";
import { upcomingRoutes } from "./upcoming/http.ts";
import { walkJob } from "./walk/job.ts";

export { triggerTask } from "./control.ts";
export type { Schedule } from "./schedule/index.ts";
export type { TaskOut } from "./schemas.ts";
export { sweepAll, sweepOnce } from "./sweep.ts";
export type { Task, TaskFields } from "./task.ts";
export { hasOwnTasks } from "./task-list-store.ts";
export { createTask, deleteTask, getTask, listTasks } from "./tasks.ts";

/** What agents do on a schedule or on demand. */
export function tasksModule(core: Core): Module {
  return {
    name: "tasks",
    errors: taskErrors,
    routes: [
      ...taskRoutes(core),
      ...bulkRoutes(core),
      ...calendarRoutes(core),
      ...upcomingRoutes(core),
      ...executionRoutes(core),
      ...audienceRoutes(core),
      ...previewRoutes(core),
    ],
    executions: [createTaskKind(core)],
    jobs: [walkJob(core), removeExecutionsJob(core)],
    services: [
      createSweep(core),
      createReconciler(core),
      createRelativeSweep(core),
      createRelativeReconciler(core),
      createExpiry(core),
    ],
    contributions: [
      ...departureContributions(core),
      ...goalContributions(core),
      ...agentToolContributions(),
      contribute(contactChanged, (tx, before, after) => followContact(core, tx, before, after)),
      contribute(notificationKinds, ...taskNotices),
      contribute(sessionContexts, (tx, session) => findContext(tx, session.taskId)),
    ],
  };
}

/** What an agent is told of the task for which it answers. */
async function findContext(tx: TenantTx, taskId: string | null) {
  const task = taskId === null ? undefined : await selectTask(tx, taskId);
  if (task === undefined) return null;
  const last = task.lastExecutionId === null ? undefined : await getExecution(tx, task.lastExecutionId);
  return { taskName: task.name, description: task.description, summary: last?.summary ?? null };
}
