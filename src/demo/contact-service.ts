import { listConversations, listMessages, receiveMessage } from "../conversations/index.ts";
import { type Core, getExecution, repeat, type Service } from "../engine/index.ts";
import { firstWorkspaceId } from "../workspaces/index.ts";
import { listDemoContacts } from "./demo.ts";

const everyMs = 3_000;
const answer = "Good, thank you! One question: where do I find the invoices?";

/**
 * Plays the demo's contact: answers each message that the demo's task sends, once, so that the agent's reply can be
 * seen as well. It does nothing where there is no demo.
 */
export function createDemoContact(core: Core): Service {
  return {
    name: "demo contact",
    role: "scheduler",
    start: async () =>
      repeat(core, { everyMs, what: "playing the demo's contact" }, () => answerOpenings(core)),
  };
}

/** One look at the demo's conversations. */
async function answerOpenings(core: Core): Promise<void> {
  const workspaceId = await firstWorkspaceId(core);
  if (workspaceId === undefined) return;
  await core.db.tenant(workspaceId, async (tx) => {
    for (const contactId of await listDemoContacts(tx)) {
      const [latest] = (await listConversations(tx, { contactId, status: "open" }, { limit: 1 })).items;
      if (latest === undefined) continue;
      const [message] = (await listMessages(tx, latest.id, { limit: 1 })).items;
      if (message === undefined || message.direction !== "out" || message.executionId === null) continue;
      const execution = await getExecution(tx, message.executionId);
      if (execution?.kind !== "task") continue;
      // Named after the message it answers: several schedulers that look at once answer it once.
      const clientMessageId = `demo-${message.id}`;
      await receiveMessage(core, tx, {
        channelId: latest.channelId,
        contactId,
        clientMessageId,
        text: answer,
      });
    }
  });
}
