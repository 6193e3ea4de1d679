import { z } from "zod";
import type { TenantTx } from "../db/index.ts";
import { type Core, defineJob, type Job } from "../engine/index.ts";
import { lockConversation, selectUnanswered } from "./conversation-store.ts";
import { hurryHeld } from "./held/held-store.ts";
import { arrangeAnswer } from "./turns.ts";

const jobId = "conversations.answer_waiting";
const batch = 100;
/** Longer than a transaction may last that stored a message and saw what was in the way just before it went. */
const secondLookSeconds = 15;

/**
 * Has what contacts wrote and nobody could answer looked at again, in the channel or in all of the workspace, and the
 * gate asked again about what is held there: call it when an agent may write again, or never will. A job, since there
 * may be many such conversations; it exists if and only if the transaction commits.
 */
export async function answerWaiting(core: Core, tx: TenantTx, channelId?: string): Promise<void> {
  await hurryHeld(tx, { channelId });
  await core.jobs.send(tx, jobId, channelId === undefined ? {} : { channelId });
}

/**
 * Arranges the answers of open conversations with unanswered messages, one transaction each, 100 per job. After the
 * last one it looks a second time, for messages that were being stored meanwhile. Twice is once.
 */
export function answerWaitingJob(core: Core): Job {
  return defineJob({
    id: jobId,
    version: 1,
    payload: z.object({
      channelId: z.uuid().optional(),
      /** Conversations up to this id are done. */
      after: z.uuid().optional(),
      secondLook: z.boolean().optional(),
    }),
    async handle({ channelId, after, secondLook }, { workspaceId, signal }) {
      const ids = await core.db.tenant(workspaceId, (tx) =>
        selectUnanswered(tx, { channelId, after, limit: batch }),
      );
      for (const id of ids) {
        signal.throwIfAborted();
        await core.db.tenant(workspaceId, async (tx) => {
          const conversation = await lockConversation(tx, id);
          if (conversation !== undefined) await arrangeAnswer(core, tx, conversation);
        });
      }
      const last = ids.length === batch ? ids.at(-1) : undefined;
      if (last === undefined && secondLook === true) return;
      const delaySeconds = last === undefined ? secondLookSeconds : 0;
      const next =
        last === undefined ? { channelId, secondLook: true } : { channelId, secondLook, after: last };
      await core.db.tenant(workspaceId, (tx) => core.jobs.send(tx, jobId, next, { delaySeconds }));
    },
  });
}
