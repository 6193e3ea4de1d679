import { ActionIcon, SegmentedControl, Textarea, Tooltip } from "@mantine/core";
import { IconPlayerStop, IconSend } from "@tabler/icons-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import classes from "./chat.module.css";
import type { Asked } from "./turns.ts";

interface ComposerProps {
  readonly isRunning: boolean;
  onAsk(asked: Asked): void;
  onStop(): void;
}

const words = {
  message: { label: "Message as the contact", placeholder: "Write as the contact…", send: "Send" },
  task: {
    label: "Instruction of the task run",
    placeholder: "What a task would tell it to do, such as: remind the contact of the appointment",
    send: "Run",
  },
} as const;

/** Where one writes as the contact, or what a task would say. Enter sends. */
export function Composer({ isRunning, onAsk, onStop }: ComposerProps) {
  const [kind, setKind] = useState<Asked["kind"]>("message");
  const [text, setText] = useState("");
  const { label, placeholder, send } = words[kind];

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (isRunning || text.trim() === "") return;
    onAsk({ kind, text: text.trim() });
    setText("");
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <form className={classes.composer} onSubmit={submit}>
      <SegmentedControl
        size="xs"
        aria-label="What is tried"
        data={[
          { value: "message", label: "Message" },
          { value: "task", label: "Task run" },
        ]}
        value={kind}
        onChange={setKind}
      />
      <div className={classes.entry}>
        <Textarea
          aria-label={label}
          placeholder={placeholder}
          autosize
          minRows={1}
          maxRows={6}
          maxLength={kind === "message" ? 10_000 : 20_000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          className={classes.text}
        />
        {isRunning ? (
          <Tooltip label="Stop">
            <ActionIcon size={34} variant="default" aria-label="Stop" onClick={onStop}>
              <IconPlayerStop size={16} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Tooltip label={`${send} (Enter)`}>
            <ActionIcon size={34} type="submit" aria-label={send} disabled={text.trim() === ""}>
              <IconSend size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </form>
  );
}
