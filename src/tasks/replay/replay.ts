import { AppError, requireFound, requireRow } from "../../base/errors.ts";
import { toId } from "../../base/ids.ts";
import { countSentOf } from "../../conversations/index.ts";
import type { TenantTx } from "../../db/index.ts";
import {
  type Core,
  type Execution,
  enqueueExecution,
  getExecution,
  listExecutions,
  markReplay,
} from "../../engine/index.ts";
import { type Origin, recordChange } from "../../workspaces/index.ts";
import { taskErrors } from "../errors.ts";
import { executionOfTask } from "../new-execution.ts";
import { withDefaultPolicies } from "../rules.ts";
import { lockTask } from "../store.ts";
import type { Task } from "../task.ts";
import { decideReplay } from "./rules.ts";

/**
 * Carries out again what an ended execution of a task was for, on the task and the agent as they are now; its schedule
 * does not move. Throws 404, and 409 `execution_not_replayable`, `execution_not_ended`, `task_deleted`,
 * `execution_in_progress`, and `replay_would_repeat_messages` with `messages` unless that was confirmed.
 */
export async function replayExecution(
  core: Core,
  tx: TenantTx,
  id: string,
  options: { readonly confirm: boolean; readonly origin: Origin },
): Promise<Execution> {
  const original = requireFound(await getExecution(tx, id), "execution");
  const task = original.taskId === null ? undefined : await lockTask(tx, original.taskId);
  const [messages, inTheWay] = await Promise.all([countSentOf(tx, id), findInTheWay(tx, task, original)]);
  const isSummary = task !== undefined && task.audience !== null && original.contactId === null;
  const { confirm } = options;
  const refusal = decideReplay({ original, taskFound: task !== undefined, isSummary, messages, confirm });
  if (refusal !== undefined) {
    const details = refusal.code === "replay_would_repeat_messages" ? { messages } : {};
    throw new AppError(taskErrors[refusal.code], { message: refusal.message, details });
  }
  if (inTheWay !== undefined) {
    const executionId = toId("execution", inTheWay.id);
    throw new AppError(taskErrors.execution_in_progress, {
      message: `The task's execution ${executionId} is ${inTheWay.status}; cancel it or wait for its end.`,
      details: { executionId },
    });
  }
  const again = await begin(core, tx, requireRow(task, "replaying an execution"), original);
  const target = { kind: "execution", id };
  const changes = { replayedAs: [null, toId("execution", again)] as const };
  await recordChange(tx, { ...options.origin, action: "execution.replay", target, changes });
  return requireRow(await getExecution(tx, again), "reading an execution that was just queued");
}

/** Over an audience each contact has its own executions. */
async function findInTheWay(
  tx: TenantTx,
  task: Task | undefined,
  { contactId }: Execution,
): Promise<Execution | undefined> {
  if (task === undefined || withDefaultPolicies(task.policies).overlap === "allow") return undefined;
  const of = task.audience === null || contactId === null ? {} : { contactId };
  const active = { taskId: task.id, ...of, status: ["queued", "running", "waiting"] } as const;
  return (await listExecutions(tx, active, { limit: 1 })).items[0];
}

async function begin(core: Core, tx: TenantTx, task: Task, original: Execution): Promise<string> {
  const id = await enqueueExecution(core, tx, {
    ...executionOfTask(task),
    lane: task.audience === null ? "manual" : "bulk",
    trigger: "replay",
    ...(task.audience === null ? {} : { contactId: original.contactId }),
  });
  await markReplay(tx, id, original.id);
  return id;
}
