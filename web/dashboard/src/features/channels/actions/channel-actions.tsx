import { deleteChannel, updateChannel } from "../../../api/generated/channels/channels";
import type { Channel } from "../../../api/generated/model";
import { askAgain, foreseeChange } from "../../../api/kept-answers.ts";
import { ApiError } from "../../../api/problem.ts";
import { ask } from "../../../components/ask.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";

const collection = "/v1/channels";

/** Enables or disables a channel: on the screen at once, then on the server; as before if that refuses. */
export async function switchChannel(channel: Channel, status: Channel["status"]): Promise<void> {
  const foreseen = await foreseeChange<Channel>(collection, (other) =>
    other.id === channel.id ? { ...other, status } : other,
  );
  const isEnabled = status === "connected";
  try {
    await updateChannel(channel.id, { status });
    sayDone(
      isEnabled
        ? `“${channel.name}” enabled.`
        : `“${channel.name}” disabled. It takes and sends no messages.`,
      () => void switchChannel(channel, isEnabled ? "disabled" : "connected"),
    );
  } catch (error) {
    foreseen.takeBack();
    sayFailed(`“${channel.name}” not ${isEnabled ? "enabled" : "disabled"}`, error);
  }
  askAgain(collection);
}

/** Deletes a channel after a question, and after a second one if its conversations would go with it. True if it is gone. */
export async function removeChannel({ id, name }: Channel): Promise<boolean> {
  const isSure = await ask({
    title: `Delete “${name}”?`,
    text: "Its hosted page, its secret and its visitors’ tokens stop working at once. This cannot be undone.",
    confirm: "Delete",
    isDangerous: true,
  });
  if (!isSure) return false;
  try {
    await deleteChannel(id).catch(async (error: unknown) => {
      if (!(error instanceof ApiError && error.code === "channel_in_use")) throw error;
      if (!(await askForConversations(name))) throw new CalledOff();
      await deleteChannel(id, { withConversations: "true" });
    });
    sayDone(`“${name}” deleted.`);
    return true;
  } catch (error) {
    if (!(error instanceof CalledOff)) sayFailed(`“${name}” not deleted`, error);
    return false;
  } finally {
    askAgain(collection);
    askAgain("/v1/conversations");
  }
}

/** The second question was answered with no. */
class CalledOff extends Error {}

function askForConversations(name: string): Promise<boolean> {
  return ask({
    title: `“${name}” has conversations`,
    text: "They would be deleted with it, together with the replies given in them. To keep them, disable the channel instead.",
    confirm: "Delete with its conversations",
    isDangerous: true,
  });
}
