import { deleteChannel, updateChannel } from "../../../api/generated/channels/channels";
import { listConversations } from "../../../api/generated/conversations/conversations";
import type { Channel } from "../../../api/generated/model";
import { askAgain, foreseeChange } from "../../../api/kept-answers.ts";
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

/**
 * Deletes a channel after a question that says whether conversations go with it. `leave` goes away from the channel's
 * page before it is gone: the page would ask for it again.
 */
export async function removeChannel({ id, name }: Channel, leave?: () => Promise<void>): Promise<void> {
  try {
    const { items } = await listConversations({ channelId: id, limit: 1 });
    const hasConversations = items.length > 0;
    const isSure = await ask({
      title: `Delete “${name}”?`,
      text: hasConversations
        ? "Its conversations are deleted with it, together with the replies given in them. To keep them, disable the channel instead. This cannot be undone."
        : "Its hosted page, its secret and its visitors’ tokens stop working at once. This cannot be undone.",
      confirm: hasConversations ? "Delete with its conversations" : "Delete",
      isDangerous: true,
    });
    if (!isSure) return;
    await leave?.();
    await deleteChannel(id, hasConversations ? { withConversations: "true" } : undefined);
    sayDone(`“${name}” deleted.`);
  } catch (error) {
    sayFailed(`“${name}” not deleted`, error);
  }
  askAgain(collection);
  askAgain("/v1/conversations");
}
