import { requireRow } from "../base/errors.ts";
import type { TenantTx } from "../db/index.ts";
import { type Core, repeat, type Service } from "../engine/index.ts";
import { listIdleClosing } from "../workspaces/index.ts";
import { announceConversation } from "./announce.ts";
import { closeIdleRow, selectIdle } from "./conversation-store.ts";
import { tellOfClosing } from "./conversations.ts";
import { expireSessionRows } from "./session-store.ts";

const everyMs = 60_000;
const batch = 500;

/**
 * Marks sessions whose time is up, and closes conversations in which nothing was written for as long as their workspace
 * says, unless a session is live, a turn is under way, a person is in control, a message is held or an answer is only held
 * up. Answers how many were closed.
 */
export async function closeIdleConversations(core: Core): Promise<number> {
  while ((await expireSessionRows(core.db, batch)) === batch);
  const idleClosing = await listIdleClosing(core);
  const secondsOf = new Map(idleClosing.map(({ workspaceId, seconds }) => [workspaceId, seconds]));
  let total = 0;
  for (;;) {
    const idle = await selectIdle(core.db, idleClosing, batch);
    let closed = 0;
    for (const { workspaceId, id } of idle) {
      const seconds = requireRow(secondsOf.get(workspaceId), "closing an idle conversation");
      if (await core.db.tenant(workspaceId, (tx) => closeIfIdle(core, tx, id, seconds))) closed += 1;
    }
    total += closed;
    // Those that somebody wrote in meanwhile would come again at once.
    if (idle.length < batch || closed === 0) return total;
  }
}

async function closeIfIdle(core: Core, tx: TenantTx, id: string, seconds: number): Promise<boolean> {
  const closed = await closeIdleRow(tx, id, seconds);
  if (closed === undefined) return false;
  announceConversation(tx, id);
  await tellOfClosing(core, tx, closed);
  return true;
}

/** Closes idle conversations once a minute. Several processes may do so at once. */
export function createIdleClosing(core: Core): Service {
  return {
    name: "conversations.idle",
    role: "scheduler",
    start: async () =>
      repeat(core, { everyMs, what: "closing idle conversations" }, async () => {
        await core.db.background(() => closeIdleConversations(core));
      }),
  };
}
