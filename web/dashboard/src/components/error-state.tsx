import { Button, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError, sentenceOf } from "../api/problem.ts";

interface ErrorStateProps {
  readonly error: unknown;
  onRetry?(): void;
}

/** Instead of what could not be loaded: why, and the button that tries again. */
export function ErrorState({ error, onRetry }: ErrorStateProps) {
  const requestId = error instanceof ApiError ? error.problem.requestId : undefined;
  return (
    <Stack align="center" gap="xs" p="xl" role="alert">
      <ThemeIcon variant="light" color="red" size="lg" radius="xl">
        <IconAlertTriangle size={18} />
      </ThemeIcon>
      <Text size="sm" maw={440} ta="center">
        {sentenceOf(error)}
      </Text>
      {requestId !== undefined && (
        <Text size="xs" c="dimmed">
          Request {requestId}
        </Text>
      )}
      {onRetry !== undefined && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Stack>
  );
}
