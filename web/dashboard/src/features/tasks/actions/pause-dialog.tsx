import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { modals } from "@mantine/modals";
import { type FormEvent, useState } from "react";

/** Asks for a note before a pause: the note, an empty one, or null if it was called off. */
export function askPauseNote(what: string): Promise<string | null> {
  return new Promise((resolve) => {
    const modalId = modals.open({
      title: `Pause ${what}?`,
      onClose: () => resolve(null),
      children: (
        <NoteForm
          onAnswer={(note) => {
            resolve(note);
            modals.close(modalId);
          }}
        />
      ),
    });
  });
}

function NoteForm({ onAnswer }: { onAnswer(note: string | null): void }) {
  const [note, setNote] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    onAnswer(note.trim());
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">It has no next run until it is resumed. What is under way goes on.</Text>
        <Textarea
          label="Note for colleagues"
          description="Optional; stands beside the state."
          placeholder="On holiday until Monday"
          maxLength={500}
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
          <Button type="submit">Pause</Button>
        </Group>
      </Stack>
    </form>
  );
}
