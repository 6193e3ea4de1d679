import type { Tool } from "../../api/generated/model";
import { deleteTool } from "../../api/generated/tools/tools";
import { askAgain } from "../../api/kept-answers.ts";
import { ApiError } from "../../api/problem.ts";
import { ask } from "../../components/ask.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";

/**
 * Deletes a tool after a question, and after a second one if agents use it. `leave` goes away from its page before it is
 * gone: the page would ask for it again.
 */
export async function removeTool(
  { id, name }: Pick<Tool, "id" | "name">,
  leave?: () => Promise<void>,
): Promise<void> {
  const isSure = await ask({
    title: `Delete “${name}”?`,
    text: "Agents can no longer call it, and its secret is gone. This cannot be undone.",
    confirm: "Delete",
    isDangerous: true,
  });
  if (!isSure) return;
  await leave?.();
  try {
    if (await remove(id)) sayDone(`“${name}” deleted.`);
  } catch (error) {
    sayFailed(`“${name}” not deleted`, error);
  }
  askAgain("/v1/tools");
  askAgain("/v1/agents");
}

/** False: agents use it, and it was not wanted then. */
async function remove(id: string): Promise<boolean> {
  try {
    await deleteTool(id);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    const isSure = await ask({
      title: "Agents use this tool",
      text: `${error.message} Deleted all the same, it is taken from them.`,
      confirm: "Delete it anyway",
      isDangerous: true,
    });
    if (isSure) await deleteTool(id, { force: "true" });
    return isSure;
  }
}
