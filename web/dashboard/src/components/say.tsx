import { Button, Group, List, Text } from "@mantine/core";
import { hideNotification, showNotification } from "@mantine/notifications";
import type { ReactNode } from "react";
import { sentenceOf } from "../api/problem.ts";

/** A button in the message. */
export interface Offer {
  readonly label: string;
  run(): void;
}

interface Message {
  readonly title?: string;
  readonly text: ReactNode;
  readonly offer: Offer | undefined;
  readonly isFailure: boolean;
  readonly closesAfterMs: number;
}

function show({ title, text, offer, isFailure, closesAfterMs }: Message): void {
  const id = crypto.randomUUID();
  const accept = () => {
    hideNotification(id);
    offer?.run();
  };
  showNotification({
    id,
    ...(title === undefined ? {} : { title }),
    ...(isFailure ? { color: "red" } : {}),
    withCloseButton: true,
    closeButtonProps: { "aria-label": "Close" },
    autoClose: closesAfterMs,
    message: (
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" component="div">
          {text}
        </Text>
        {offer !== undefined && (
          <Button variant="subtle" size="compact-xs" flex="none" onClick={accept}>
            {offer.label}
          </Button>
        )}
      </Group>
    ),
  });
}

/** A line at the foot of the screen that something was done; with a function it can be taken back. */
export function sayDone(message: string, undoOrOffer?: (() => void) | Offer): void {
  const offer = typeof undoOrOffer === "function" ? { label: "Undo", run: undoOrOffer } : undoOrOffer;
  show({ text: message, offer, isFailure: false, closesAfterMs: offer === undefined ? 4_000 : 8_000 });
}

/** That something was not done, and why. `what` is the first half: "Task not paused". */
export function sayFailed(what: string, error: unknown, offer?: Offer): void {
  show({ title: what, text: sentenceOf(error), offer, isFailure: true, closesAfterMs: 10_000 });
}

/** That some of several were refused, each with its reason. */
export function sayRefused(what: string, reasons: readonly string[]): void {
  const text = (
    <List size="sm">
      {reasons.map((reason) => (
        <List.Item key={reason}>{reason}</List.Item>
      ))}
    </List>
  );
  show({ title: what, text, offer: undefined, isFailure: true, closesAfterMs: 20_000 });
}
