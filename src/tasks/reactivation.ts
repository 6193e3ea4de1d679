import { findDefaultAgent, getAgent } from "../agents/index.ts";
import { AppError } from "../base/errors.ts";
import { getChannel } from "../channels/index.ts";
import { getContact } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { taskErrors } from "./errors.ts";
import { settleBeforeResume } from "./relative/index.ts";
import { decideResume } from "./rules.ts";
import { setNextRun } from "./schedule-store.ts";
import { updateState } from "./store.ts";
import type { Task } from "./task.ts";
import { wakeSweep } from "./wake.ts";

/**
 * Makes a locked task active, its schedule counted from now; false if it is active already. Throws 409
 * `task_not_resumable` if it has no agent, contact, channel or further run: it would never do anything.
 */
export async function reactivate(core: Core, tx: TenantTx, task: Task, now: Date): Promise<boolean> {
  const { id, agentId, contactId, channelId } = task;
  const agent = agentId === null ? await findDefaultAgent(tx) : await getAgent(tx, agentId);
  const decision = decideResume(task, {
    now,
    agentFound: agent !== undefined,
    contactFound: contactId === null || (await getContact(tx, contactId)) !== undefined,
    channelFound: channelId === null || (await getChannel(tx, channelId)) !== undefined,
  });
  switch (decision.kind) {
    case "unchanged":
      return false;
    case "refused":
      throw new AppError(taskErrors.task_not_resumable, {
        message: decision.message,
        details: { missing: decision.code },
      });
    case "resumed":
      await settleBeforeResume(core, tx, task);
      await setNextRun(tx, id, decision.nextRunAt);
      await updateState(tx, id, "active", null);
      wakeSweep(core, tx);
      return true;
  }
}
