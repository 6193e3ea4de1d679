import { type Contact, filterByContact } from "../../contacts/index.ts";
import { selectHeldOfContact } from "../../conversations/index.ts";
import type { TenantTx } from "../../db/index.ts";
import { previewSchedule, type SchedulePreview } from "../schedule/index.ts";
import { readNow } from "../store.ts";
import type { Task } from "../task.ts";
import { planTouches, type Touch, touchesAtMost } from "./rules.ts";
import {
  type NextRun,
  selectNames,
  selectNextOfAudiences,
  selectNextOfContact,
  selectTimesOfContact,
  selectTimesOfTask,
} from "./store.ts";

/** Tasks with an audience whose filters are compared with a contact. */
const audiencesAtMost = 200;
const more = touchesAtMost + 1;

export interface Upcoming {
  readonly items: readonly Touch[];
  /** True: there is more, or there are tasks that were not looked at. */
  readonly truncated: boolean;
}

/** What will reach a contact, as tasks, audiences and the contact are now; of one that opted out only what is held. */
export async function loadUpcoming(tx: TenantTx, contact: Contact): Promise<Upcoming> {
  const [held, planned] = await Promise.all([
    findHeld(tx, contact.id),
    contact.optedOutAt === null ? findPlanned(tx, contact.id) : { touches: [], truncated: false },
  ]);
  const { items, truncated } = planTouches([...held, ...planned.touches]);
  return { items, truncated: truncated || planned.truncated };
}

async function findHeld(tx: TenantTx, contactId: string): Promise<readonly Touch[]> {
  const held = await selectHeldOfContact(tx, contactId, more);
  const names = await selectNames(
    tx,
    held.flatMap(({ taskId }) => (taskId === null ? [] : [taskId])),
  );
  return held.map(({ taskId, heldUntil, messageId, conversationId }) => ({
    at: heldUntil,
    kind: "held_message",
    taskId,
    taskName: taskId === null ? null : (names.get(taskId) ?? null),
    messageId,
    conversationId,
  }));
}

async function findPlanned(
  tx: TenantTx,
  contactId: string,
): Promise<{ readonly touches: readonly Touch[]; readonly truncated: boolean }> {
  const [own, audiences, times] = await Promise.all([
    selectNextOfContact(tx, contactId, more),
    selectNextOfAudiences(tx, contactId, audiencesAtMost + 1),
    selectTimesOfContact(tx, contactId, more),
  ]);
  const meant = await filterByContact(tx, contactId, audiences.slice(0, audiencesAtMost));
  return {
    touches: [
      ...toTouches("task", own),
      ...toTouches("audience_task", meant),
      ...toTouches("relative", times),
    ],
    truncated: audiences.length > audiencesAtMost,
  };
}

function toTouches(kind: Touch["kind"], runs: readonly NextRun[]): readonly Touch[] {
  const nowhere = { messageId: null, conversationId: null };
  return runs.map(({ taskId, name, at }) => ({ at, kind, taskId, taskName: name, ...nowhere }));
}

/** The next runs of a task as its schedule is, none if it is not active. */
export async function loadNextRuns(
  tx: TenantTx,
  task: Task,
  count: number,
): Promise<Pick<SchedulePreview, "next" | "warnings">> {
  const { schedule, scheduledAt, runsCount, expiresAt } = task;
  if (task.state !== "active" || schedule === null) return { next: [], warnings: [] };
  const now = await readNow(tx);
  const isInTime = (at: Date) => expiresAt === null || at < expiresAt;
  if (schedule.kind === "relative")
    return { next: (await selectTimesOfTask(tx, task.id, now, count)).filter(isInTime), warnings: [] };
  const { next, warnings } = previewSchedule(schedule, now, count, scheduledAt ?? now, runsCount);
  return { next: next.filter(isInTime), warnings: warnings.filter(({ at }) => isInTime(at)) };
}
