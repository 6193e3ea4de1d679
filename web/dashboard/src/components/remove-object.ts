import { askAgain } from "../api/kept-answers.ts";
import { ApiError } from "../api/problem.ts";
import { ask } from "./ask.tsx";
import { sayDone, sayFailed } from "./say.tsx";

interface Removal {
  readonly name: string;
  /** What it is: "tool". */
  readonly noun: string;
  /** What is no longer so afterwards, in a sentence. */
  readonly loss: string;
  /** Of the lists that it may stand in: "/v1/tools". */
  readonly collections: readonly string[];
  /** Deletes; `isForced`: though agents use it. */
  remove(isForced: boolean): Promise<unknown>;
  /** Goes away from its page before it is gone: the page would ask for it again. */
  leave?(): Promise<void>;
}

/** Deletes what agents may use after a question, and after a second one if some do. */
export async function removeObject(removal: Removal): Promise<void> {
  const { name, loss, collections, leave } = removal;
  const isSure = await ask({
    title: `Delete “${name}”?`,
    text: `${loss} This cannot be undone.`,
    confirm: "Delete",
    isDangerous: true,
  });
  if (!isSure) return;
  await leave?.();
  try {
    if (await removed(removal)) sayDone(`“${name}” deleted.`);
  } catch (error) {
    sayFailed(`“${name}” not deleted`, error);
  }
  for (const collection of collections) askAgain(collection);
}

/** False: agents use it, and it was not wanted then. */
async function removed({ noun, remove }: Removal): Promise<boolean> {
  try {
    await remove(false);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    const isSure = await ask({
      title: `Agents use this ${noun}`,
      text: `${error.message} Deleted all the same, it is taken from them.`,
      confirm: "Delete it anyway",
      isDangerous: true,
    });
    if (isSure) await remove(true);
    return isSure;
  }
}
