import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useSyncExternalStore } from "react";
import { createStore, type Store } from "../../../api/store.ts";

interface OpenProgress {
  tell(settled: number): void;
  close(): void;
}

/** Says how far many changes have come, and offers to stop them. It cannot be closed before. */
export function openProgress(title: string, total: number, onStop: () => void): OpenProgress {
  const settled = createStore(0);
  const modalId = modals.open({
    title,
    withCloseButton: false,
    closeOnEscape: false,
    closeOnClickOutside: false,
    children: <ProgressOf settled={settled} total={total} onStop={onStop} />,
  });
  return { tell: settled.set, close: () => modals.close(modalId) };
}

interface ProgressOfProps {
  readonly settled: Store<number>;
  readonly total: number;
  onStop(): void;
}

function ProgressOf({ settled, total, onStop }: ProgressOfProps) {
  const count = useSyncExternalStore(settled.subscribe, settled.get);
  return (
    <Stack gap="sm">
      <Progress value={(count / total) * 100} aria-label="Progress" />
      <Group justify="space-between">
        <Text size="sm" role="status">
          {count} of {total}
        </Text>
        <Button variant="default" onClick={onStop}>
          Stop
        </Button>
      </Group>
    </Stack>
  );
}
