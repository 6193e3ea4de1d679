import { type Core, repeat, type Service } from "../engine/index.ts";
import { closeIdleRows } from "./conversation-store.ts";
import { expireSessionRows } from "./session-store.ts";

/** A day without a message closes a conversation. */
const idleCloseSeconds = 86_400;

const everyMs = 60_000;
const batch = 500;

/**
 * Marks sessions whose time is up, and closes conversations in which nothing was written for `idleSeconds` unless a
 * session is live, a turn is under way, a person is in control or an answer is only held up. Answers how many were
 * closed.
 */
export async function closeIdleConversations(core: Core, idleSeconds: number): Promise<number> {
  while ((await expireSessionRows(core.db, batch)) === batch);
  let total = 0;
  for (;;) {
    const closed = await closeIdleRows(core.db, idleSeconds, batch);
    for (const { workspaceId, id } of closed)
      core.signals.notify("live", `${workspaceId} conversation:${id}`);
    total += closed.length;
    if (closed.length < batch) return total;
  }
}

/** Closes idle conversations once a minute. Several processes may do so at once. */
export function createIdleClosing(core: Core): Service {
  return {
    name: "conversations.idle",
    role: "scheduler",
    start: async () =>
      repeat(core, { everyMs, what: "closing idle conversations" }, async () => {
        await closeIdleConversations(core, idleCloseSeconds);
      }),
  };
}
