import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import type { ReactNode } from "react";

interface Question {
  readonly title: string;
  /** What will happen and what will not. */
  readonly text: ReactNode;
  /** The verb: "Delete". */
  readonly confirm: string;
  /** What the other button says, where "Cancel" could mean either of them: "Keep running". */
  readonly keep?: string;
  readonly isDangerous?: boolean;
}

/** Asks before what cannot be undone. True if confirmed. */
export function ask({
  title,
  text,
  confirm,
  keep = "Cancel",
  isDangerous = false,
}: Question): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{text}</Text>,
      labels: { confirm, cancel: keep },
      confirmProps: isDangerous ? { color: "red" } : {},
      onConfirm: () => resolve(true),
      onClose: () => resolve(false),
    });
  });
}
