import { Autocomplete, Button, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { type FormEvent, useState } from "react";

interface TextQuestion {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  readonly label: string;
  readonly description?: string;
  readonly placeholder?: string;
  /** The verb on the button. */
  readonly confirm: string;
  readonly suggestions?: readonly string[];
  readonly maxLength: number;
  /** False: an empty answer is one. */
  readonly isRequired: boolean;
}

/** Asks for a short text: the text without space around it, or null if it was called off. */
export function askText(question: TextQuestion): Promise<string | null> {
  return new Promise((resolve) => {
    const modalId = modals.open({
      title: question.title,
      onClose: () => resolve(null),
      children: (
        <TextForm
          question={question}
          onAnswer={(answer) => {
            resolve(answer);
            modals.close(modalId);
          }}
        />
      ),
    });
  });
}

interface TextFormProps {
  readonly question: TextQuestion;
  onAnswer(answer: string | null): void;
}

function TextForm({ question, onAnswer }: TextFormProps) {
  const { text: explanation, label, description, placeholder, confirm, suggestions, maxLength } = question;
  const [text, setText] = useState("");
  const isMissing = question.isRequired && text.trim() === "";

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!isMissing) onAnswer(text.trim());
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{explanation}</Text>
        <Autocomplete
          label={label}
          description={description}
          placeholder={placeholder}
          data={[...(suggestions ?? [])]}
          maxLength={maxLength}
          data-autofocus
          openOnFocus={false}
          value={text}
          onChange={setText}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onAnswer(null)}>
            Cancel
          </Button>
          <Button type="submit" disabled={isMissing}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
