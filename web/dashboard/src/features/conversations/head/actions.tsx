import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { modals } from "@mantine/modals";
import { type FormEvent, useState } from "react";
import {
  closeConversation,
  getGetConversationQueryKey,
  handBackConversation,
} from "../../../api/generated/conversations/conversations";
import type { Conversation } from "../../../api/generated/model";
import { askAgain, foreseeChange } from "../../../api/kept-answers.ts";
import { ApiError } from "../../../api/problem.ts";
import { queryClient } from "../../../api/query-client.ts";
import { type Offer, sayDone, sayFailed } from "../../../components/say.tsx";

const collection = "/v1/conversations";

function show(conversation: Conversation): void {
  queryClient.setQueryData(getGetConversationQueryKey(conversation.id), conversation);
}

/** Gives the conversation to its agent again; shown before the server has answered. */
export async function handBack({ id }: Conversation, openChannel: () => void): Promise<void> {
  const foreseen = await foreseeChange<Conversation>(collection, (item) =>
    item.id === id ? { ...item, controller: "agent" } : item,
  );
  try {
    // No line says that it was done: it would lie over the button that sends, and the head shows it.
    show(await handBackConversation(id));
  } catch (error) {
    foreseen.takeBack();
    const isNobody = error instanceof ApiError && error.code === "no_agent";
    const offer: Offer | undefined = isNobody ? { label: "Open channel", run: openChannel } : undefined;
    sayFailed("Not handed back", error, offer);
  } finally {
    askAgain(collection);
  }
}

/** Asks for a note and closes. */
export function closeWithNote(conversation: Conversation, name: string): void {
  const modalId = modals.open({
    title: `Close the conversation with ${name}?`,
    children: (
      <CloseForm
        onAnswer={(note) => {
          modals.close(modalId);
          if (note !== null) void close(conversation, note);
        }}
      />
    ),
  });
}

async function close({ id }: Conversation, note: string): Promise<void> {
  try {
    show(await closeConversation(id, note === "" ? {} : { note }));
    sayDone("Closed. The contact’s next message opens another conversation.");
  } catch (error) {
    sayFailed("Not closed", error);
  } finally {
    askAgain(collection);
  }
}

function CloseForm({ onAnswer }: { onAnswer(note: string | null): void }) {
  const [note, setNote] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    onAnswer(note.trim());
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">
          Its session ends and held messages are refused. It cannot be opened again: the contact’s next
          message opens another.
        </Text>
        <Textarea
          label="Note for colleagues"
          description="Optional; stands in the conversation."
          placeholder="Solved by phone"
          maxLength={1_000}
          autosize
          minRows={2}
          data-autofocus
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onAnswer(null)}>
            Cancel
          </Button>
          <Button type="submit">Close conversation</Button>
        </Group>
      </Stack>
    </form>
  );
}
