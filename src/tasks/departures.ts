import { agentDeleted, findDefaultAgent } from "../agents/index.ts";
import { type Contribution, contribute } from "../base/extensions.ts";
import { channelDeleted } from "../channels/index.ts";
import { contactDeleted } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import { announce, type Core, cancelExecutions, listExecutions, type Reason } from "../engine/index.ts";
import { recordDropped } from "./dropped-ticks.ts";
import type { DropCause } from "./schedule/index.ts";
import { type HeldSchedule, ownerOf } from "./schedule-store.ts";
import { stopTask } from "./stop.ts";
import { lockTask, pauseTasksOf, readNow, selectTaskIdsOfContact } from "./store.ts";
import { taskKindName } from "./task.ts";

const contactGone: Reason = { code: "contact_deleted", message: "The task's contact was deleted." };
const agentGone: Reason = {
  code: "agent_deleted",
  message: "The agent that carried out the task was deleted. Give the task another one, then resume it.",
};
const channelGone: Reason = {
  code: "channel_deleted",
  message: "The channel that the task wrote on was deleted. Give the task another one, then resume it.",
};

/** What becomes of tasks when something they work with is deleted. */
export function departureContributions(core: Core): readonly Contribution[] {
  return [
    contribute(contactDeleted, async (tx, contactId) => {
      await endTasksOfContact(core, tx, contactId);
      await cancelOfAudiences(core, tx, contactId);
    }),
    contribute(agentDeleted, async (tx, agentId) => {
      const isDefault = (await findDefaultAgent(tx))?.id === agentId;
      const disarmed = await pauseTasksOf(tx, { agentId, isDefault }, agentGone);
      await recordAll(core, tx, disarmed, {
        code: agentGone.code,
        when: "when the task's agent was deleted",
      });
    }),
    contribute(channelDeleted, async (tx, channelId) => {
      const disarmed = await pauseTasksOf(tx, { channelId }, channelGone);
      await recordAll(core, tx, disarmed, {
        code: channelGone.code,
        when: "when the task's channel was deleted",
      });
    }),
  ];
}

/** Ends a contact's tasks and cancels what they have under way: there is nobody left to write to. */
async function endTasksOfContact(core: Core, tx: TenantTx, contactId: string): Promise<void> {
  for (const taskId of await selectTaskIdsOfContact(tx, contactId)) {
    await cancelExecutions(core, tx, { taskId }, contactGone);
    const task = await lockTask(tx, taskId);
    if (task === undefined || task.state === "ended") continue;
    await stopTask(core, tx, task, { state: "ended", reason: contactGone, now: await readNow(tx) });
  }
}

/** Cancels what the contact has queued or waiting of tasks with an audience, which go on with the others. */
async function cancelOfAudiences(core: Core, tx: TenantTx, contactId: string): Promise<void> {
  const filter = { contactId, kind: taskKindName, status: ["queued", "waiting"] } as const;
  for (;;) {
    const { items } = await listExecutions(tx, filter, { limit: atOnce });
    const ids = items.map(({ id }) => id);
    const canceled = ids.length === 0 ? [] : await cancelExecutions(core, tx, { ids }, contactGone);
    if (canceled.length === 0) return;
  }
}

const atOnce = 100;

async function recordAll(
  core: Core,
  tx: TenantTx,
  disarmed: readonly HeldSchedule[],
  cause: DropCause,
): Promise<void> {
  announce(tx, { kind: "task", id: null });
  if (disarmed.length === 0) return;
  const now = await readNow(tx);
  for (const row of disarmed) {
    const schedule = {
      ...ownerOf(row),
      rule: row.rule,
      scheduledAt: row.anchor_at,
      nextRunAt: row.next_run_at,
      policies: row.policies,
    };
    await recordDropped(core, tx, schedule, { now, cause });
  }
}
