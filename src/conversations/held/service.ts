import { type Core, repeat, type Service } from "../../engine/index.ts";
import { getWorkspace } from "../../workspaces/index.ts";
import { type DueConversation, takeDue } from "./held-store.ts";
import { askAgain } from "./release.ts";

const everyMs = 1_000;
const batch = 500;

/** Asks the gate about every held message that is due, in all workspaces; several processes may do so at once. */
export async function askAboutDue(core: Core): Promise<void> {
  for (;;) {
    const due = await takeDue(core.db, batch);
    const byWorkspace = Map.groupBy(due, ({ workspaceId }) => workspaceId);
    for (const [workspaceId, conversations] of byWorkspace)
      await askInWorkspace(core, workspaceId, conversations);
    if (due.length < batch) return;
  }
}

async function askInWorkspace(
  core: Core,
  workspaceId: string,
  conversations: readonly DueConversation[],
): Promise<void> {
  // A frozen workspace may hold very many, and the gate would say the same of each.
  const isFrozen = (await core.db.tenant(workspaceId, getWorkspace)).frozenAt !== null;
  for (const { conversationId, isOver } of conversations) {
    if (isFrozen && !isOver) continue;
    try {
      await core.db.tenant(workspaceId, (tx) => askAgain(core, tx, conversationId));
    } catch (error) {
      // It comes up again by itself, and the others must not wait for it.
      core.log.warn({ err: error, conversationId }, "asking about a held message failed");
    }
  }
}

/** Sends held messages when what was in their way is gone, and refuses those whose time is up. */
export function createHeldService(core: Core): Service {
  return {
    name: "conversations.held",
    role: "scheduler",
    start: async () =>
      repeat(core, { everyMs, what: "asking about held messages" }, () =>
        core.db.background(() => askAboutDue(core)),
      ),
  };
}
