import { Button, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { ApiError, sentenceOf } from "../api/problem.ts";
import { filterFaults, withoutFaulty, wordFault } from "./filter-faults.ts";
import { NotFoundPage } from "./not-found-page.tsx";

interface ErrorStateProps {
  readonly error: unknown;
  onRetry?(): void;
}

/** Instead of what could not be loaded: why, and the button that mends it or tries again. */
export function ErrorState({ error, onRetry }: ErrorStateProps) {
  const router = useRouter();
  // What is gone does not come back by asking again.
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  const { search } = router.state.location;
  const faults = filterFaults(error, search);
  const requestId = error instanceof ApiError ? error.problem.requestId : undefined;
  const clear = () =>
    void router.navigate({ to: ".", search: withoutFaulty(search, faults) as never, replace: true });
  return (
    <Stack align="center" gap="xs" p="xl" role="alert">
      <ThemeIcon variant="light" color="red" size="lg" radius="xl">
        <IconAlertTriangle size={18} />
      </ThemeIcon>
      <Text size="sm" maw={440} ta="center">
        {faults.length === 0
          ? sentenceOf(error)
          : "The address of this page has a filter that is not understood."}
      </Text>
      {faults.map((fault) => (
        <Text key={`${fault.path} ${fault.message}`} size="sm" c="dimmed" maw={440} ta="center">
          {wordFault(fault, search)}
        </Text>
      ))}
      {requestId !== undefined && faults.length === 0 && (
        <Text size="xs" c="dimmed">
          Request {requestId}
        </Text>
      )}
      {faults.length > 0 ? (
        <Button variant="default" onClick={clear}>
          {faults.length === 1 ? "Clear this filter" : "Clear these filters"}
        </Button>
      ) : (
        onRetry !== undefined && (
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        )
      )}
    </Stack>
  );
}
