import { ActionIcon, Textarea } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { Line } from "./line.ts";
import classes from "./phone.module.css";

const longestMessage = 10_000;

interface ComposerProps {
  readonly line: Line;
  readonly draft: string;
}

/** Where one writes: Enter sends, Shift+Enter begins a new line. */
export function Composer({ line, draft }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    line.send();
  }

  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        line.send();
        field.current?.focus();
      }}
    >
      <Textarea
        ref={field}
        className={classes.field}
        aria-label="Message"
        placeholder="Message"
        autosize
        minRows={1}
        maxRows={5}
        maxLength={longestMessage}
        radius="lg"
        value={draft}
        onChange={(event) => line.setDraft(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <ActionIcon type="submit" size={34} radius="xl" aria-label="Send" disabled={draft.trim() === ""}>
        <IconArrowUp size={18} aria-hidden />
      </ActionIcon>
    </form>
  );
}
