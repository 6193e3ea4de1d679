import { deleteKnowledge } from "../../api/generated/knowledge/knowledge";
import type { Knowledge } from "../../api/generated/model";
import { askAgain } from "../../api/kept-answers.ts";
import { ApiError } from "../../api/problem.ts";
import { ask } from "../../components/ask.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";

/**
 * Deletes a text after a question, and after a second one if agents use it. `leave` goes away from its page before it is
 * gone: the page would ask for it again.
 */
export async function removeKnowledge(
  { id, title }: Pick<Knowledge, "id" | "title">,
  leave?: () => Promise<void>,
): Promise<void> {
  const isSure = await ask({
    title: `Delete “${title}”?`,
    text: "Agents no longer find it. This cannot be undone.",
    confirm: "Delete",
    isDangerous: true,
  });
  if (!isSure) return;
  await leave?.();
  try {
    if (await remove(id)) sayDone(`“${title}” deleted.`);
  } catch (error) {
    sayFailed(`“${title}” not deleted`, error);
  }
  askAgain("/v1/knowledge");
  askAgain("/v1/agents");
}

/** False: agents use it, and it was not wanted then. */
async function remove(id: string): Promise<boolean> {
  try {
    await deleteKnowledge(id);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    const isSure = await ask({
      title: "Agents use this text",
      text: `${error.message} Deleted all the same, it is taken from them.`,
      confirm: "Delete it anyway",
      isDangerous: true,
    });
    if (isSure) await deleteKnowledge(id, { force: "true" });
    return isSure;
  }
}
